import { expect, test } from 'vitest';
import { Book } from '../../../src/collectors/client-vpn/book.ts';
import { BOOK_FORMAT, fromLines, toLines } from '../../../src/collectors/client-vpn/book-file.ts';
import { Books } from '../../../src/collectors/client-vpn/books.ts';
import { openStorage } from '../../../src/storage/open.ts';
import { connection, createLedgerDesk, plain, SCOPE } from '../../support/client-vpn.ts';
import { createHandClock } from '../../support/hand-clock.ts';
import { createLogBook } from '../../support/log-book.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const ODD_STATE = 'its first line is not the state of a ledger';

/** The lines of a book with traffic, users and a duration, whose first line is `change` of what it was. */
async function linesWith(change: (state: string) => string): Promise<readonly string[]> {
  const desk = createLedgerDesk();
  const readings = [1, 2, 3, 2n ** 64n];
  await desk.list([connection({ id: 'a', user: 'alice' })], { maxUsers: 1 });
  await desk.list([connection({ id: 'a', user: 'alice', readings }), connection({ id: 'b', user: 'bob' })], {
    maxUsers: 1,
  });
  const [state = '', ...rest] = toLines(desk.book);
  const changed = change(state);
  if (changed === state) throw new Error(`nothing to change in ${state}`);
  return [changed, ...rest];
}

const replace = (from: string | RegExp, to: string) => (state: string) => state.replace(from, to);

test('what was written is read', async () => {
  const lines = await linesWith((state) => ` ${state}`);
  const { state, entries } = fromLines(lines);
  const book = new Book(SCOPE, plain.tag, { state, entries });
  expect([...toLines(book)]).toEqual([lines[0]?.trim(), ...lines.slice(1)]);
  expect(state.ledger.totals.active).toEqual([1, 2, 3, 2n ** 64n]);
});

test('an end stays final over a restart, also one that a file of version 0.1 tells of', async () => {
  const desk = createLedgerDesk();
  await desk.list([]);
  const row = connection({ id: 'a', updatedAt: 1_000 });
  await desk.list([{ ...row, status: 'terminated', endedAt: (row.establishedAt ?? 0) + 1_000 }]);
  const [state = '', line = ''] = [...toLines(desk.book)];
  // OPENING 1, ENDED 2, and since then OVER 4.
  expect(line).toMatch(/^\["a","terminated",6,/);
  const old = line.replace('"terminated",6,', '"terminated",2,');
  for (const lines of [
    [state, line],
    [state, old],
  ]) {
    const next = createLedgerDesk(new Book(SCOPE, plain.tag, fromLines(lines)));
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
  const lines = await linesWith(change);
  expect(() => fromLines(lines)).toThrow(reason);
});

test('no line at all is no ledger, and neither is a connection with too few readings', async () => {
  expect(() => fromLines([])).toThrow('it has no first line');
  const [state = ''] = await linesWith((text) => `${text} `);
  for (const line of ['["a","active",0,null,null,1,2,3]', '[5,"active",0,null,null,1,2,3,4]'])
    expect(() => fromLines([state, line])).toThrow('one of its lines is not a connection');
});

test('a whole file with an odd state is set aside, with the reason, and its endpoint begins anew', async () => {
  const clock = createHandClock();
  const logger = createLogBook();
  const storage = await openStorage(temporaryFolder(), { clock, logger });
  const options = { identity: plain.tag, filters: [] };
  const name = `client-vpn/${SCOPE.accountId}_${SCOPE.region}_${SCOPE.endpointId}_all.ledger`;
  await storage.write(name, BOOK_FORMAT, await linesWith(() => 'null'));
  const book = await new Books({ storage, clock, logger }).open(SCOPE, options);
  expect(book.counters()).toBeUndefined();
  expect(logger.lines.filter((line) => line.includes(ODD_STATE))).toHaveLength(1);
  expect(await storage.list('client-vpn')).toEqual([]);
  await storage.close();
});
