import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { Books } from '../../../src/collectors/client-vpn/books.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { openStorage } from '../../../src/storage/open.ts';
import { connection, createLedgerDesk, SCOPE } from '../../support/client-vpn.ts';
import { createLogBook } from '../../support/log-book.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** What a stranger reads who has ADR 17 and none of our code. */
function readAsStranger(file: Buffer) {
  const sealed = file.length - 'sha256 '.length - 65;
  const seal = createHash('sha256').update(file.subarray(0, sealed)).digest('hex');
  if (file.toString('latin1', sealed) !== `sha256 ${seal}\n`) throw new Error('damaged');
  let at = 0;
  const line = () => {
    const from = at;
    at = file.indexOf('\n', from) + 1;
    return file.toString('utf8', from, at - 1);
  };
  const column = <T>(width: number, length: number, read: (at: number) => T): (T | null)[] => {
    const cells = Array.from({ length }, (_, row) => read(at + row * width));
    at += Math.ceil((width * length) / 8) * 8;
    return cells;
  };
  const format = line();
  const { columns, ...state } = JSON.parse(line());
  const ids: (string | number | null)[] = [];
  const rows: unknown[][] = [];
  for (let left = columns.rows; left > 0; left -= 4096) {
    const forms = JSON.parse(line());
    const length = Math.min(left, 4096);
    ids.push(...column(16, length, (at) => idOf([0, 4, 8, 12].map((word) => file.readUInt32LE(at + word)))));
    const states = column(1, length, (at) => file.readUInt8(at));
    const numbers = forms.map((form: [kind: string, base: number] | null) => {
      if (!form) return [];
      const [kind, base] = form;
      if (kind === 'f8') return column(8, length, (at) => file.readDoubleLE(at));
      return column(4, length, (at) =>
        file.readUInt32LE(at) === 2 ** 32 - 1 ? Number.NaN : base + file.readUInt32LE(at),
      );
    });
    for (const [row, state] of states.entries())
      rows.push([state, ...columns.numbers.map((_: string, n: number) => numbers[n]?.[row] ?? Number.NaN)]);
  }
  const texts: string[] = [];
  while (at < sealed) texts.push(...JSON.parse(line()));
  for (const [row, counter, { exact }] of columns.large) (rows[row] ?? [])[3 + counter] = exact;
  const entries = rows.flatMap(([state, ...numbers], row) => {
    const id = ids[row];
    if (state === 0) return [];
    const status = columns.statuses[Number(state) >> 3];
    return [[typeof id === 'number' ? texts[id] : id, status, Number(state) & 7, ...numbers]];
  });
  return { format, columns, state, entries };
}

/** An id, or the number of its text. */
function idOf([a = 0, b = 0, c = 0, d = 0]: readonly number[]): string | number {
  const kind = (a >>> 30) | ((b >>> 30) << 2) | ((c >>> 30) << 4) | ((d >>> 30) << 6);
  if ((kind & 31) === 31) return a & 0x3fffffff;
  if ((kind & 31) !== 30) throw new Error('the id of a WebSocket connection');
  const digits = [a & 0xfffffff, b & 0xfffffff, c & 0xfff].map((word, n) =>
    word.toString(16).padStart([7, 7, 3][n] ?? 0, '0'),
  );
  return `cvpn-connection-${digits.join('')}`;
}

test('who has only the decision record reads every entry of a file', async () => {
  const folder = temporaryFolder();
  const { lines: _, ...logger } = createLogBook();
  const storage = await openStorage(folder, { clock: systemClock, logger });
  onTestFinished(() => storage.close());
  const books = new Books({ storage, clock: systemClock, logger });
  const desk = createLedgerDesk(await books.open(SCOPE, { identity: 'plain', filters: [] }));
  const id = (n: number) => `cvpn-connection-0123456789abcdef${n}`;
  const row = connection({ updatedAt: 1_767_225_600_000 });
  await desk.list([{ ...row, id: id(1), readings: [1, 2 ** 53 - 1, 3, undefined] }]);
  const ended = { ...row, id: id(2), status: 'terminated', endedAt: row.establishedAt };
  await desk.list([{ ...row, id: 'é', updatedAt: undefined, readings: [5, 0, 2n ** 64n, 0] }, ended], {
    afterMs: 60_000.5,
  });
  await books.save();
  const name = `${SCOPE.accountId}_${SCOPE.region}_${SCOPE.endpointId}_all.ledger`;
  const { format, columns, state, entries } = readAsStranger(readFileSync(join(folder, 'client-vpn', name)));
  expect(format).toBe('aws-connections-exporter client-vpn-ledger 2');
  expect(columns).toMatchObject({
    order: 'LE',
    rows: 3,
    numbers: [
      'updated_at',
      'absent_since_ms',
      'ingress_bytes',
      'egress_bytes',
      'ingress_packets',
      'egress_packets',
    ],
  });
  const large = String(2n ** 64n);
  const { ledger, ...scope } = state;
  expect(scope).toMatchObject(SCOPE);
  expect(ledger).toMatchObject({ begun: true, opened: 2, totals: { active: [5, 0, { exact: large }, 0] } });
  expect(entries).toEqual([
    [id(1), 'active', 1, row.updatedAt, 60_000.5, 1, 2 ** 53 - 1, 3, Number.NaN],
    ['é', 'active', 0, Number.NaN, Number.NaN, 5, 0, large, 0],
    [id(2), 'terminated', 2 | 4, row.updatedAt, Number.NaN, 0, 0, 0, 0],
  ]);
});
