import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Interned } from '../../../src/aws/connections/interned.ts';

test('a text is what its bytes say, whatever came before it, in whatever order, however often', () => {
  const some = ['', 'a', 'b', 'ab', 'alice', 'alicf', 'alice@example.com', 'é', '😀', '\0', 'x'.repeat(300)];
  const text = fc.oneof(
    fc.constantFrom(...some),
    fc.nat(300).map((n) => `user${n}`),
  );
  const asked = fc.array(fc.record({ text, column: fc.nat(3) }), { maxLength: 50 });
  const interned = new Interned();
  const read = (one: string, column: number) => {
    const bytes = Buffer.from(`<${one}<`);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return interned.string(bytes, view, 1, bytes.length - 1, column);
  };
  fc.assert(
    fc.property(asked, (rows) => {
      // Twice: the second time each follows the one that it followed before.
      for (const row of [...rows, ...rows]) expect(read(row.text, row.column)).toBe(row.text);
    }),
    { numRuns: 500 },
  );
});
