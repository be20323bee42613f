import { expect, test } from 'vitest';
import { Interned } from '../../../src/aws/connections/interned.ts';
import { ConnectionRows, PLACE } from '../../../src/aws/connections/rows.ts';
import { Shapes } from '../../../src/aws/connections/shapes.ts';

const ROW = '<item><added a="12345678"/><username>alice</username></item>\n';

/** Learns the markup of ROW with this in the place of its attribute; whether a row with that one is then read by it. */
function isLearned(learned: string, read = learned): boolean {
  const shapes = new Shapes();
  const bytes = rowWith(learned);
  const from = bytes.indexOf('alice');
  shapes.learn(bytes, 0, bytes.length, [{ place: PLACE.username, from, to: from + 5, isEmpty: false }]);
  const other = rowWith(read);
  const rows = new ConnectionRows(new Interned());
  rows.stand(other);
  const view = new DataView(other.buffer, other.byteOffset, other.byteLength);
  const end = shapes.read(other, view, 0, other.length, rows);
  expect([end, rows.length]).toEqual(end < 0 ? [-1, 0] : [other.length, 1]);
  return end >= 0;
}

function rowWith(attribute: string): Buffer {
  return Buffer.from(ROW.replace('12345678', attribute), 'latin1');
}

test('markup that is all ASCII is learned, and only that same markup is read by it', () => {
  expect(isLearned('12345678')).toBe(true);
  for (let at = 0; at < 8; at += 1)
    for (const byte of [0x00, 0x40, 0x7f, 0x80, 0xff]) {
      const other = `12345678`.split('').with(at, String.fromCharCode(byte)).join('');
      expect(isLearned('12345678', other), `${byte} at ${at}`).toBe(false);
    }
});

test('markup with a NUL, or with a letter past ASCII, is not learned: as numbers, bytes with them are not equal where they should be, or equal where not', () => {
  for (let at = 0; at < 8; at += 1)
    for (const byte of [0x00, 0x80, 0xc3, 0xff]) {
      const odd = `12345678`.split('').with(at, String.fromCharCode(byte)).join('');
      expect(isLearned(odd), `${byte} at ${at}`).toBe(false);
    }
  // Zero and its negative, wherever the numbers begin.
  const zeros = '\0'.repeat(16);
  for (let at = 0; at < 8; at += 1)
    expect(isLearned(zeros, zeros.split('').with(at, '\x80').join(''))).toBe(false);
});
