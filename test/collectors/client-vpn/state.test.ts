import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Book } from '../../../src/collectors/client-vpn/book.ts';
import { BOOK_FORMAT, toLines } from '../../../src/collectors/client-vpn/book-file.ts';
import { type BookOptions, State } from '../../../src/collectors/client-vpn/state.ts';
import { openStorage } from '../../../src/storage/storage.ts';
import { connection, createLedgerDesk, SCOPE } from '../../support/client-vpn.ts';
import { createHandClock } from '../../support/hand-clock.ts';
import { createLogBook } from '../../support/log-book.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const DAY_MS = 24 * 3_600_000;
const plain: BookOptions = { identity: 'plain', filters: [] };
const FILE = 'client-vpn/111122223333_eu-west-1_cvpn-endpoint-1_all.ledger';

/** Storage in a folder of its own, with states that come and go like processes. */
async function createDisk() {
  const folder = temporaryFolder();
  const clock = createHandClock();
  const { lines: log, ...logger } = createLogBook();
  const storage = await openStorage(folder, { clock, logger });
  onTestFinished(() => storage.close());
  return {
    folder,
    clock,
    log,
    storage,
    newState: () => new State({ storage, clock, logger }),
    files: () => readdirSync(join(folder, 'client-vpn')),
    text: () => readFileSync(join(folder, FILE), 'utf8'),
  };
}

/** Posts two listings, so that one connection of alice's is opened with 5 bytes. */
async function post(book: Book): Promise<Book> {
  const desk = createLedgerDesk(book);
  await desk.list([], { maxUsers: 5 });
  await desk.list([connection({ user: 'alice', readings: [5, 2n ** 64n, 0, 0] })], { maxUsers: 5 });
  return book;
}

test('a new process finds the book as it was saved', async () => {
  const { newState, files } = await createDisk();
  const before = newState();
  const book = await post(await before.book(SCOPE, plain));
  await before.save([book], plain);
  expect([book.isDirty, files()]).toEqual([false, ['111122223333_eu-west-1_cvpn-endpoint-1_all.ledger']]);

  const after = newState();
  const [found] = await after.stored(SCOPE, plain);
  expect(found?.state()).toEqual(book.state());
  expect([...toLines(await after.book(SCOPE, plain))]).toEqual([...toLines(book)]);
  expect(await after.book(SCOPE, plain)).toBe(found);
});

test('only the books of the place are restored', async () => {
  const { newState } = await createDisk();
  const before = newState();
  for (const scope of [SCOPE, { ...SCOPE, region: 'eu-west-2' }, { ...SCOPE, accountId: '444455556666' }])
    await before.save([await post(await before.book(scope, plain))], plain);
  const found = await newState().stored(SCOPE, plain);
  expect(found.map(({ scope }) => scope)).toEqual([SCOPE]);
});

test('other filters open another ledger; the same in another order open the same', async () => {
  const { newState, files } = await createDisk();
  const filters = [
    { name: 'username', values: ['bob', 'alice'] },
    { name: 'connection-id', values: ['c'] },
  ];
  const same = [
    { name: 'connection-id', values: ['c', 'c'] },
    { name: 'username', values: ['alice', 'bob'] },
  ];
  const state = newState();
  for (const options of [plain, { ...plain, filters }, { ...plain, filters: filters.slice(1) }])
    await state.save([await post(await state.book(SCOPE, options))], options);
  expect(files()).toHaveLength(3);
  expect(files().join()).not.toContain('alice');
  const book = await state.book(SCOPE, { ...plain, filters });
  expect(await state.book(SCOPE, { ...plain, filters: same })).toBe(book);
  expect(await newState().stored(SCOPE, { ...plain, filters: same })).toHaveLength(1);
});

test.each(['in the same process', 'after a restart'])(
  'another identity clears users only, %s',
  async (when) => {
    const { newState, text } = await createDisk();
    const before = newState();
    const book = await post(await before.book(SCOPE, plain));
    await before.save([book], plain);
    const after = when === 'after a restart' ? newState() : before;
    const hashed = { ...plain, identity: 'hash 0123' };
    const { ledger, durations, users } = (await after.book(SCOPE, hashed)).state();
    expect({ ledger, durations }).toEqual({ ledger: book.state().ledger, durations: book.state().durations });
    expect(users.slots).toEqual([]);
    expect(text()).toContain('alice');
    await after.stored(SCOPE, hashed);
    expect(text()).not.toContain('alice');
  },
);

test('the book of an endpoint that ceased to exist is not restored, and is removed after 30 days', async () => {
  const { newState, clock, files } = await createDisk();
  const before = newState();
  const book = await post(await before.book(SCOPE, plain));
  book.retire(clock.now());
  await before.save([book], plain);

  await clock.advance(30 * DAY_MS);
  expect(await newState().stored(SCOPE, plain)).toEqual([]);
  expect(files()).toHaveLength(1);
  await clock.advance(1);
  expect(await newState().stored(SCOPE, plain)).toEqual([]);
  expect(files()).toEqual([]);
});

test('an endpoint that exists again goes on with its book', async () => {
  const { newState, clock } = await createDisk();
  const before = newState();
  const book = await post(await before.book(SCOPE, plain));
  book.retire(clock.now());
  await before.save([book], plain);
  const after = newState();
  const again = await after.book(SCOPE, plain);
  await createLedgerDesk(again).list([connection({ readings: [6, 2n ** 64n, 0, 0] })]);
  expect(again.retiredAt).toBeUndefined();
  expect(again.counters()?.ledger.totals).toMatchObject({ active: [6, 2n ** 64n, 0, 0] });
});

const unreadable: Record<string, (lines: string[]) => string[]> = {
  'no lines': () => [],
  'a first line that is not JSON': ([, ...rest]) => ['{"accountId":', ...rest],
  'a first line that is something else': ([, ...rest]) => ['{}', ...rest],
  'a first line of null': ([, ...rest]) => ['null', ...rest],
  'a connection that is not JSON': ([first = '']) => [first, '["a'],
  'a connection that is null': ([first = '']) => [first, 'null'],
  'a connection that is text': ([first = '']) => [first, '"abcdefghi"'],
  'a connection without readings': ([first = '']) => [first, '["a","active",0,null,null]'],
  'another endpoint': (lines) => lines.map((line) => line.replace('cvpn-endpoint-1', 'cvpn-endpoint-2')),
};

test.each(Object.entries(unreadable))('a file with %s is set aside with a log line', async (_, damage) => {
  const { newState, storage, log, files } = await createDisk();
  const before = newState();
  const book = await post(await before.book(SCOPE, plain));
  await storage.write(FILE, BOOK_FORMAT, damage([...toLines(book)]));
  const fresh = await newState().book(SCOPE, plain);
  expect(fresh.counters()).toBeUndefined();
  expect(files()).toEqual([expect.stringMatching(/_all\.ledger\.broken-2026-01-01T/)]);
  expect(log).toEqual([
    expect.stringMatching(/^error A stored file is broken .*"reason":"its lines cannot be read: .+"\}$/),
  ]);
});

test('a book that the disk refuses is told, and is written as soon as it can be', async () => {
  const { newState, folder, log, text } = await createDisk();
  const state = newState();
  const book = await post(await state.book(SCOPE, plain));
  writeFileSync(join(folder, 'client-vpn'), 'a file where the folder should be');
  await state.save([book], plain);
  expect(book.isDirty).toBe(true);
  expect(log).toEqual([
    expect.stringMatching(
      /^error The ledger was not written: .*"endpoint_id":"cvpn-endpoint-1","err":"cannot write .*: EEXIST/,
    ),
  ]);
  rmSync(join(folder, 'client-vpn'));
  await state.save([book], plain);
  expect([book.isDirty, text()]).toEqual([false, expect.stringContaining('cvpn-connection-1')]);
});
