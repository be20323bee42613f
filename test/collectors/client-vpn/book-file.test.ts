import { expect, test } from 'vitest';
import { BOOK_FORMAT, BOOK_FORMATS } from '../../../src/collectors/client-vpn/book-file.ts';
import { Books } from '../../../src/collectors/client-vpn/books.ts';
import { openStorage } from '../../../src/storage/open.ts';
import {
  connection,
  contentOf,
  createLedgerDesk,
  plain,
  readBook,
  restarted,
  SCOPE,
} from '../../support/client-vpn.ts';
import { createHandClock } from '../../support/hand-clock.ts';
import { createLogBook } from '../../support/log-book.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const ODD_STATE = 'its first line is not the state of a ledger';
const [, LINES_FORMAT] = BOOK_FORMATS;

/** A book with traffic, users and a duration. */
async function createBook() {
  const desk = createLedgerDesk();
  const readings = [1, 2, 3, 2n ** 64n];
  await desk.list([connection({ id: 'a', user: 'alice' })], { maxUsers: 1 });
  await desk.list([connection({ id: 'a', user: 'alice', readings }), connection({ id: 'b', user: 'bob' })], {
    maxUsers: 1,
  });
  return desk.book;
}

/** The content of that book, of which the line of this number is `change` of what it was. */
async function contentWith(change: (line: string) => string, number = 0): Promise<Buffer> {
  const content = contentOf(await createBook());
  let from = 0;
  for (let line = 0; line < number; line += 1) from = content.indexOf(10, from) + 1;
  const end = content.indexOf(10, from);
  const before = content.toString('utf8', from, end);
  const changed = change(before);
  if (changed === before) throw new Error(`nothing to change in ${before}`);
  return Buffer.concat([content.subarray(0, from), Buffer.from(changed), content.subarray(end)]);
}

const replace = (from: string | RegExp, to: string) => (state: string) => state.replace(from, to);

test('what was written is read, wherever its columns begin', async () => {
  const book = await createBook();
  const content = contentOf(book);
  for (let blanks = 0; blanks < 8; blanks += 1) {
    const shifted = Buffer.concat([Buffer.alloc(blanks, ' '), content]);
    const read = await readBook(shifted);
    expect(contentOf(read)).toEqual(content);
    expect(read.state().ledger.totals.active).toEqual([1, 2, 3, 2n ** 64n]);
    expect([...read.entries()]).toEqual([...book.entries()]);
  }
});

test('an end stays final over a restart, also one that a file of version 0.1 tells of', async () => {
  const desk = createLedgerDesk();
  await desk.list([]);
  const row = connection({ id: 'a', updatedAt: 1_000 });
  await desk.list([{ ...row, status: 'terminated', endedAt: (row.establishedAt ?? 0) + 1_000 }]);
  const [state = ''] = contentOf(desk.book).toString().split('\n');
  // OPENING 1, ENDED 2, and since then OVER 4.
  const old = ['["a","terminated",6,1000,null,0,0,0,0]', '["a","terminated",2,1000,null,0,0,0,0]'];
  for (const book of [
    await restarted(desk.book),
    ...(await Promise.all(
      old.map((line) => readBook(Buffer.from(`${state}\n${line}\n`), { format: LINES_FORMAT })),
    )),
  ]) {
    expect(contentOf(book)).toEqual(contentOf(desk.book));
    const next = createLedgerDesk(book);
    const listing = await next.list([{ ...row, updatedAt: 2_000 }]);
    expect(listing.byStatus.get('terminated')?.connections).toBe(1);
    expect(next.counters().ledger.transitions).toMatchObject({ active: 0, terminated: 1 });
  }
});

test.each([
  ['nothing at all', () => 'null', ODD_STATE],
  ['a number', () => '5', ODD_STATE],
  ['a text', () => '"ledger"', ODD_STATE],
  ['a list', () => '[]', ODD_STATE],
  ['an empty mapping', () => '{}', ODD_STATE],
  ['no JSON', () => '{', /JSON/],
  ['a total that is text', replace('"active":[1,', '"active":["1",'), ODD_STATE],
  ['a total that is nothing', replace('"active":[1,', '"active":[null,'), ODD_STATE],
  ['a total below zero', replace('"active":[1,', '"active":[-1,'), ODD_STATE],
  ['a total beyond every number', replace('"active":[1,', '"active":[1e999,'), ODD_STATE],
  ['a large total below zero', replace('"exact":"', '"exact":"-'), ODD_STATE],
  ['a large total that is no number', replace('"exact":"', '"exact":"x'), /BigInt/],
  ['too few totals', replace('"active":[1,', '"active":['), ODD_STATE],
  ['a row of totals that is nothing', replace(/"active":\[1,[^\]]*\]/, '"active":null'), ODD_STATE],
  ['totals of a user that are text', replace(/"totals":\[1,/, '"totals":["1",'), ODD_STATE],
  ['totals of other users that are too few', replace(/"other":\[[^\]]*\]/, '"other":[0]'), ODD_STATE],
  [
    'transitions that are text',
    replace(/"transitions":\{"active":\d+/, '"transitions":{"active":"1"'),
    ODD_STATE,
  ],
  [
    'transitions below zero',
    replace(/"transitions":\{"active":\d+/, '"transitions":{"active":-1'),
    ODD_STATE,
  ],
  ['openings that are nothing', replace(/"opened":\d+/, '"opened":null'), ODD_STATE],
  ['no listed time', replace(/"listedMs":\d+/, '"listedMs":"0"'), ODD_STATE],
  ['counts that are text', replace('"counts":[0,', '"counts":["0",'), ODD_STATE],
  ['too few counts', replace('"counts":[0,', '"counts":['), ODD_STATE],
  ['no durations', replace('"durations":', '"durrations":'), ODD_STATE],
])('%s is no state of a ledger', async (_what, change: (state: string) => string, reason) => {
  const content = await contentWith(change);
  await expect(readBook(content)).rejects.toThrow(reason);
});

test.each([
  ['without a word of what follows', 0, replace('"columns"', '"rows"'), 'does not say what follows'],
  ['of another machine', 0, replace(/"order":"\w+"/, '"order":"?"'), 'a machine of another kind (?)'],
  ['of more rows', 0, replace('"rows":2', '"rows":99'), 'cut short'],
  ['of half a row', 0, replace('"rows":2', '"rows":1.5'), 'cut short'],
  ['of a form that is to come', 1, replace('"u4"', '"u2"'), 'an unknown form (u2)'],
  ['with a large reading that is no number', 0, replace('"large":[[0,3,{"exact":"', '$&x'), /BigInt/],
] as const)('columns %s are no entries', async (_, line, change, reason) => {
  const content = await contentWith(change, line);
  await expect(readBook(content)).rejects.toThrow(reason);
});

test('columns that are cut short anywhere, or have more behind them, are no entries', async () => {
  const content = contentOf(await createBook());
  const state = content.indexOf(10) + 1;
  for (let end = state; end < content.length; end += 1)
    await expect(readBook(content.subarray(0, end)), `cut after ${end}`).rejects.toThrow(
      /cut short|something behind/,
    );
  const longer = Buffer.concat([content, Buffer.alloc(8)]);
  await expect(readBook(longer)).rejects.toThrow('something behind its columns');
});

test('no line at all is no ledger, and neither is a connection with too few readings', async () => {
  for (const format of BOOK_FORMATS)
    await expect(readBook(Buffer.alloc(0), { format })).rejects.toThrow('it has no first line');
  const [state = ''] = contentOf(await createBook())
    .toString()
    .split('\n');
  for (const line of ['["a","active",0,null,null,1,2,3]', '[5,"active",0,null,null,1,2,3,4]'])
    await expect(readBook(Buffer.from(`${state}\n${line}\n`), { format: LINES_FORMAT })).rejects.toThrow(
      'one of its lines is not a connection',
    );
});

test('a whole file with an odd state is set aside, with the reason, and its endpoint begins anew', async () => {
  const clock = createHandClock();
  const logger = createLogBook();
  const storage = await openStorage(temporaryFolder(), { clock, logger });
  const options = { identity: plain.tag, filters: [] };
  const name = `client-vpn/${SCOPE.accountId}_${SCOPE.region}_${SCOPE.endpointId}_all.ledger`;
  await storage.write(name, BOOK_FORMAT, [await contentWith(() => 'null')]);
  const book = await new Books({ storage, clock, logger }).open(SCOPE, options);
  expect(book.counters()).toBeUndefined();
  expect(logger.lines.filter((line) => line.includes(ODD_STATE))).toHaveLength(1);
  expect(await storage.list('client-vpn')).toEqual([]);
  await storage.close();
});
