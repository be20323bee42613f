import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ListedIds } from '../../../src/collectors/websocket/columns/listed-ids.ts';
import { ID_WORDS, pack } from '../../../src/core/columns/packed-id.ts';
import { type AnyId, type Picture, Table } from '../../../src/core/columns/table.ts';
import { ColumnsReader } from '../../../src/storage/columns.ts';
import { fromColumns, layoutOf, toParts } from '../../../src/storage/picture-file.ts';

const NUMBERS = 3;

type Truth = Map<string, { state: number; numbers: readonly (number | undefined)[] }>;

/** Everything in a table, by id. */
function contentsOf(table: Table): Truth {
  const contents: Truth = new Map();
  for (let row = 0; row < table.rows; row += 1) {
    const state = table.state(row);
    const numbers = Array.from({ length: NUMBERS }, (_, column) => table.number(row, column));
    if (state !== 0) contents.set(table.idAt(row), { state, numbers });
  }
  return contents;
}

function toTable(picture: Picture): Table {
  const table = new Table(picture);
  for (const _ of table.fill());
  return table;
}

/** The picture as it stands in a file. */
function toBuffer(picture: Picture): Buffer {
  const parts = [...toParts(picture)];
  return Buffer.concat(parts.map((part) => Buffer.from(typeof part === 'string' ? `${part}\n` : part)));
}

/** The table that a new process would read, from bytes that begin anywhere. */
async function readBack(picture: Picture, shift: number): Promise<Table> {
  const bytes = Buffer.concat([Buffer.alloc(shift), toBuffer(picture)]);
  return toTable(await fromColumns(layoutOf(picture), new ColumnsReader(bytes.subarray(shift))));
}

const WAYS = ['text', 'words', 'row'] as const;

/** The id in one of the ways in which tables take it; as a text where it has no words. */
function inWay(id: string, way: (typeof WAYS)[number]): AnyId {
  if (way === 'text') return id;
  if (way === 'row') {
    const table = new Table();
    table.add('another', 1);
    return { table, row: table.add(id, 1) };
  }
  const words = new Uint32Array(ID_WORDS + 2);
  return pack(id, words, 2) ? { words, at: 2 } : id;
}

const IDS = [
  'cvpn-connection-0123456789abcdef0',
  'cvpn-connection-0123456789abcdef1',
  '',
  'a=',
  'b=',
  'L0SM9cOFvHcCIhw=',
  'gbgBR89uMQAYKEiZJA==',
  '~odd~',
  'é',
  '\ud800',
  'x'.repeat(300),
];
const operation = fc.oneof(
  fc.record({
    what: fc.constant('set' as const),
    id: fc.constantFrom(...IDS),
    way: fc.constantFrom(...WAYS),
    state: fc.integer({ min: 1, max: 255 }),
    column: fc.nat(NUMBERS - 1),
    number: fc.option(fc.constantFrom(0, -1, 0.1, 1_795_737_846_060, 2 ** 53 + 2, 8.64e15), {
      nil: undefined,
    }),
  }),
  fc.record({
    what: fc.constant('remove' as const),
    id: fc.constantFrom(...IDS),
    way: fc.constantFrom(...WAYS),
  }),
  fc.record({ what: fc.constant('clear' as const) }),
  fc.record({ what: fc.constantFrom('picture' as const, 'restart' as const), shift: fc.nat(8) }),
);

test('whatever is done to a table, it holds what a Map would; pictures hold what it held, on disk too', async () => {
  const isMap = async (
    operations: readonly (typeof operation extends fc.Arbitrary<infer O> ? O : never)[],
  ) => {
    let table = new Table();
    const truth: Truth = new Map();
    const pictures: { picture: Picture & { letGo(): void }; truth: Truth }[] = [];
    for (const one of operations) {
      if (one.what === 'set') {
        const id = inWay(one.id, one.way);
        const found = table.find(id);
        expect(found >= 0).toBe(truth.has(one.id));
        const row = found < 0 ? table.add(id, one.state) : found;
        table.setState(row, one.state);
        table.setNumber(row, one.column, one.number);
        const numbers = [...(truth.get(one.id)?.numbers ?? [undefined, undefined, undefined])];
        numbers[one.column] = one.number;
        truth.set(one.id, { state: one.state, numbers });
      } else if (one.what === 'remove') {
        const row = table.find(inWay(one.id, one.way));
        expect(row >= 0).toBe(truth.delete(one.id));
        if (row >= 0) table.remove(row);
      } else if (one.what === 'clear') {
        table.clear();
        truth.clear();
      } else if (one.what === 'picture') pictures.push({ picture: table.picture(), truth: new Map(truth) });
      else {
        const picture = table.picture();
        table = await readBack(picture, one.shift);
        picture.letGo();
      }
      expect(contentsOf(table)).toEqual(truth);
      for (const id of truth.keys()) expect(table.idAt(table.find({ table, row: table.find(id) }))).toBe(id);
    }
    for (const { picture, truth: held } of pictures) {
      expect(contentsOf(await readBack(picture, 0))).toEqual(held);
      picture.letGo();
    }
  };
  await fc.assert(fc.asyncProperty(fc.array(operation, { maxLength: 60, size: 'max' }), isMap), {
    numRuns: 300,
  });
});

test('more ids than many pages hold are found, those removed are not, and their rows are used again', async () => {
  const COUNT = 30_000;
  const id = (n: number) => (n % 7 === 0 ? `~${n}` : `${n.toString(36).padStart(15, 'L')}=`);
  const table = new Table();
  for (let n = 0; n < COUNT; n += 1) table.setNumber(table.add(id(n), 1), 0, n);
  for (let n = 0; n < COUNT; n += 3) table.remove(table.find(id(n)));
  const isRight = (one: Table) => {
    for (let n = 0; n < COUNT; n += 1) {
      const row = one.find(id(n));
      if (n % 3 === 0) expect(row).toBe(-1);
      else expect([one.idAt(row), one.number(row, 0)]).toEqual([id(n), n]);
    }
  };
  isRight(table);
  const picture = table.picture();
  const again = await readBack(picture, 0);
  for (let n = 0; n < COUNT; n += 3) table.add(id(n), 2);
  expect(table.rows).toBe(COUNT);
  isRight(again);
  // What was read as it was written can be written again, and changed.
  for (let n = 0; n < COUNT; n += 3) again.add(id(n), 2);
  expect(again.rows).toBe(COUNT);
  isRight(await readBack(picture, 3));
});

test('a table that was cleared holds nothing, takes as many again without more memory, and what a picture of before held stays', async () => {
  const COUNT = 10_000;
  const id = (n: number) => (n % 7 === 0 ? `~${n}` : `${n.toString(36).padStart(15, 'L')}=`);
  const table = new Table();
  for (let n = 0; n < COUNT; n += 1) table.setNumber(table.add(id(n), 1), 0, n);
  table.remove(table.find(id(5)));
  const picture = table.picture();
  table.clear();
  expect([table.rows, contentsOf(table).size, table.find(id(1)), table.find(id(7))]).toEqual([0, 0, -1, -1]);
  for (let n = COUNT; n < 2 * COUNT - 1; n += 1) expect(table.add(id(n), 2)).toBe(n - COUNT);
  expect(table.number(0, 0)).toBeUndefined();
  expect([...table.pages()]).toHaveLength(picture.pages.length);
  expect(contentsOf(await readBack(picture, 0)).size).toBe(COUNT - 1);
});

test('while a picture is read only the pages that change are copied', () => {
  const table = new Table();
  for (let n = 0; n < 3 * 4096; n += 1) table.add(`${n}`, 1);
  const before = table.picture();
  table.setState(5000, 2);
  table.setState(5001, 2);
  const after = table.picture();
  expect(after.pages.map((page, index) => page === before.pages[index])).toEqual([true, false, true]);
  before.letGo();
  after.letGo();
  table.setState(5002, 2);
  expect(table.picture().pages).toEqual(after.pages);
});

test.each([
  ['cut short', (bytes: Buffer) => bytes.subarray(0, -1), {}, 'cut short'],
  [
    'too long',
    (bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(1)]),
    {},
    'something behind its columns',
  ],
  ['of fewer rows', (bytes: Buffer) => bytes, { rows: 5000 }, 'cut short'],
  ['of another machine', (bytes: Buffer) => bytes, { order: 'BE' }, 'a machine of another kind (BE)'],
] as const)('bytes that are %s are no picture', async (_, change, layout, reason) => {
  const table = new Table();
  for (const id of ['a=', 'b=']) table.add(id, 1);
  const picture = table.picture();
  const bytes = toBuffer(picture);
  const read = fromColumns({ ...layoutOf(picture), ...layout }, new ColumnsReader(change(bytes)));
  await expect(read).rejects.toThrow(reason);
});

test('a list has each id once, in the order in which they came, with the earlier time', () => {
  const ids = new ListedIds([
    ['b=', 5],
    ['~odd~', undefined],
    ['b=', 3],
    ['a=', undefined],
    ['~odd~', 7],
    ['b=', undefined],
    ['b=', 9],
  ]);
  expect([...ids]).toEqual([
    ['b=', 3],
    ['~odd~', 7],
    ['a=', undefined],
  ]);
  const other = new ListedIds([['~odd~', undefined]]);
  const found: boolean[] = [];
  for (const row = ids.rows(); row.next(); ) found.push(other.has(row));
  expect([ids.size, found, ids.has('a='), ids.has('c=')]).toEqual([3, [false, true, false], true, false]);
});
