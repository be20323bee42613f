import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Book } from '../../../src/collectors/client-vpn/book.ts';
import { BOOK_FORMATS } from '../../../src/collectors/client-vpn/book-file.ts';
import { type BookOptions, Books } from '../../../src/collectors/client-vpn/books.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { openStorage } from '../../../src/storage/open.ts';
import { changed } from '../../support/changed-storage.ts';
import { connection, contentOf, createLedgerDesk, SCOPE } from '../../support/client-vpn.ts';
import { createHandClock } from '../../support/hand-clock.ts';
import { createLogBook } from '../../support/log-book.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const DAY_MS = 24 * 3_600_000;
const plain: BookOptions = { identity: 'plain', filters: [] };
const FILE = 'client-vpn/111122223333_eu-west-1_cvpn-endpoint-1_all.ledger';

/** Storage in a folder of its own, with books that come and go like processes. */
async function createDisk() {
  const folder = temporaryFolder();
  const clock = createHandClock();
  const { lines: log, ...logger } = createLogBook();
  // The lock of the folder shows its pulse in real time.
  const storage = await openStorage(folder, { clock: { ...clock, after: systemClock.after }, logger });
  onTestFinished(() => storage.close());
  return {
    folder,
    clock,
    log,
    storage,
    newBooks: () => new Books({ storage, clock, logger }),
    /** Books as a process has them that has just started. */
    async loadBooks({ identity } = plain) {
      const books = new Books({ storage, clock, logger });
      await books.load(identity);
      return books;
    },
    files: () => readdirSync(join(folder, 'client-vpn')).sort(),
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
  const { newBooks, loadBooks, files } = await createDisk();
  const before = newBooks();
  const book = await post(await before.open(SCOPE, plain));
  await before.save();
  expect([book.isDirty, files()]).toEqual([false, ['111122223333_eu-west-1_cvpn-endpoint-1_all.ledger']]);

  const after = await loadBooks();
  const [found] = await after.of(SCOPE, plain);
  expect(found?.state()).toEqual(book.state());
  expect(contentOf(await after.open(SCOPE, plain))).toEqual(contentOf(book));
  expect(await after.open(SCOPE, plain)).toBe(found);
});

test('only the books of the place are restored', async () => {
  const { newBooks, loadBooks } = await createDisk();
  const before = newBooks();
  for (const scope of [SCOPE, { ...SCOPE, region: 'eu-west-2' }, { ...SCOPE, accountId: '444455556666' }])
    await post(await before.open(scope, plain));
  await before.save();
  const found = await (await loadBooks()).of(SCOPE, plain);
  expect(found.map(({ scope }) => scope)).toEqual([SCOPE]);
});

test('what comes from AWS cannot lead out of the folder', async () => {
  const { newBooks, loadBooks, folder, files } = await createDisk();
  const before = newBooks();
  const ids = ['../../x', '..', '/etc/passwd', 'a/b', 'a%2Fb', 'a\\b', 'a\0b', 'a\ud800b', ''];
  const scopes = [
    ...ids.map((endpointId) => ({ ...SCOPE, endpointId })),
    { ...SCOPE, accountId: '../../y' },
    { ...SCOPE, region: '../z' },
  ];
  for (const scope of scopes) await post(await before.open(scope, plain));
  await before.save();
  expect(readdirSync(folder).sort()).toEqual(['client-vpn', 'lock']);
  expect(files()).toHaveLength(scopes.length);
  expect(existsSync(join(folder, '..', 'x_all.ledger'))).toBe(false);

  const after = await loadBooks();
  const found = (await Promise.all(scopes.map((scope) => after.of(scope, plain)))).flat();
  expect(new Set(found.map(({ scope }) => scope.endpointId.toWellFormed()))).toEqual(
    new Set([...ids.map((id) => id.toWellFormed()), SCOPE.endpointId]),
  );
});

const byName: BookOptions = {
  ...plain,
  filters: [
    { name: 'username', values: ['bob', 'alice'] },
    { name: 'connection-id', values: ['c'] },
  ],
};

test('other filters open another ledger; the same in another order open the same', async () => {
  const { newBooks, loadBooks, files } = await createDisk();
  const same = [
    { name: 'connection-id', values: ['c', 'c'] },
    { name: 'username', values: ['alice', 'bob'] },
  ];
  const books = newBooks();
  for (const options of [plain, byName, { ...plain, filters: byName.filters.slice(1) }])
    await post(await books.open(SCOPE, options));
  await books.save();
  expect(files().filter((file) => file.endsWith('.ledger'))).toHaveLength(3);
  expect(files().join()).not.toContain('alice');
  const book = await books.open(SCOPE, byName);
  expect(await books.open(SCOPE, { ...plain, filters: same })).toBe(book);
  expect(await (await loadBooks()).of(SCOPE, { ...plain, filters: same })).toHaveLength(1);
});

test('filters open the same ledger under every identity, and its name gives away nothing of theirs', async () => {
  const folders = await Promise.all([createDisk(), createDisk()]);
  const names = [];
  for (const { newBooks, loadBooks, files } of folders) {
    const before = newBooks();
    const book = await post(await before.open(SCOPE, byName));
    await before.save();
    const hashed = { ...byName, identity: 'hash 0123' };
    const [found] = await (await loadBooks(hashed)).of(SCOPE, hashed);
    expect(found?.counters()?.ledger).toEqual(book.counters()?.ledger);
    names.push(files().filter((file) => file.endsWith('.ledger')));
  }
  // Whoever knows the names that might be filtered by cannot try them out: the key differs from folder to folder.
  expect(names).toEqual([[expect.any(String)], [expect.any(String)]]);
  expect(names[0]).not.toEqual(names[1]);
});

test('ledgers that are opened together for the first time find their way back together', async () => {
  const { newBooks, loadBooks } = await createDisk();
  const scopes = ['eu-west-1', 'eu-west-2', 'us-east-1'].map((region) => ({ ...SCOPE, region }));
  const before = newBooks();
  await Promise.all(scopes.map(async (scope) => post(await before.open(scope, byName))));
  await before.save();
  const after = await loadBooks();
  const found = await Promise.all(scopes.map((scope) => after.of(scope, byName)));
  expect(found.map((books) => books.map(({ scope }) => scope))).toEqual(scopes.map((scope) => [scope]));
});

test('a key of filters that the disk refused is written as soon as it can be', async () => {
  const { newBooks, loadBooks, storage, log } = await createDisk();
  const before = newBooks();
  const write = storage.write.bind(storage);
  Object.assign(storage, { write: () => Promise.reject(new Error('ENOSPC')) });
  const book = await post(await before.open(SCOPE, byName));
  expect(log).toEqual([expect.stringMatching(/^error The key of filters was not written: .*ENOSPC/)]);
  Object.assign(storage, { write });
  await before.save();
  const [found] = await (await loadBooks()).of(SCOPE, byName);
  expect(found?.state()).toEqual(book.state());
});

test('a key of filters that is there and cannot be read just now is not written over', async () => {
  const { newBooks, loadBooks, storage, log } = await createDisk();
  const before = newBooks();
  const book = await post(await before.open(SCOPE, byName));
  await before.save();
  const read = storage.read.bind(storage);
  Object.assign(storage, { read: () => Promise.reject(new Error('EIO')) });
  const between = newBooks();
  expect(await between.of(SCOPE, byName)).toEqual([]);
  await between.save();
  expect(log).toEqual([expect.stringMatching(/^error The key of filters cannot be read: .*EIO/)]);
  Object.assign(storage, { read });
  const [found] = await (await loadBooks()).of(SCOPE, byName);
  expect(found?.state()).toEqual(book.state());
});

test.each(['in the same process', 'after a restart'])(
  'another identity clears users only, %s',
  async (when) => {
    const { newBooks, text } = await createDisk();
    const before = newBooks();
    const book = await post(await before.open(SCOPE, plain));
    await before.save();
    const after = when === 'after a restart' ? newBooks() : before;
    const hashed = { ...plain, identity: 'hash 0123' };
    expect(text()).toContain('alice');
    await after.load(hashed.identity);
    expect(text()).not.toContain('alice');
    const { ledger, durations, users } = (await after.open(SCOPE, hashed)).state();
    expect({ ledger, durations }).toEqual({ ledger: book.state().ledger, durations: book.state().durations });
    expect(users.slots).toEqual([]);
  },
);

test.each(['in the same process', 'after a restart'])(
  'another identity leaves no name in any file, whatever filters it comes with, %s',
  async (when) => {
    const { newBooks, clock, folder, files } = await createDisk();
    const before = newBooks();
    for (const options of [plain, byName]) await post(await before.open(SCOPE, options));
    const retired = await post(await before.open({ ...SCOPE, endpointId: 'retired' }, plain));
    retired.retire(clock.now());
    await before.save();
    writeFileSync(join(folder, `${FILE}.broken-2025-12-31T100000.000Z`), 'alice');

    const after = when === 'after a restart' ? newBooks() : before;
    await after.load('drop');
    expect(
      files()
        .map((file) => file.replace(/[0-9a-f]{16}/, '<filters>'))
        .sort(),
    ).toEqual([
      '111122223333_eu-west-1_cvpn-endpoint-1_<filters>.ledger',
      '111122223333_eu-west-1_cvpn-endpoint-1_all.ledger',
      '111122223333_eu-west-1_retired_all.ledger',
      'filters.key',
    ]);
    for (const file of files())
      expect(readFileSync(join(folder, 'client-vpn', file), 'utf8')).not.toContain('alice');
  },
);

test('the same identity leaves files that were set aside to people', async () => {
  const { newBooks, loadBooks, folder, files } = await createDisk();
  const books = newBooks();
  const book = await post(await books.open(SCOPE, plain));
  await books.save();
  const aside = `${FILE}.broken-2025-12-31T100000.000Z`;
  writeFileSync(join(folder, aside), 'alice');
  await loadBooks();
  expect(files().map((file) => `client-vpn/${file}`)).toContain(aside);
  // As when the disk refused it: changed, and not because of an identity.
  await post(book);
  await books.load(plain.identity);
  expect(files().map((file) => `client-vpn/${file}`)).toContain(aside);
});

test('the book of an endpoint that ceased to exist is not restored, and is removed after 30 days', async () => {
  const { newBooks, loadBooks, clock, files } = await createDisk();
  const before = newBooks();
  const book = await post(await before.open(SCOPE, plain));
  book.retire(clock.now());
  await before.save();

  await clock.advance(30 * DAY_MS);
  expect(await (await loadBooks()).of(SCOPE, plain)).toEqual([]);
  expect(files()).toHaveLength(1);
  await clock.advance(1);
  expect(await (await loadBooks()).of(SCOPE, plain)).toEqual([]);
  expect(files()).toEqual([]);
});

test('an endpoint that exists again goes on with its book', async () => {
  const { newBooks, loadBooks, clock } = await createDisk();
  const before = newBooks();
  const book = await post(await before.open(SCOPE, plain));
  book.retire(clock.now());
  await before.save();
  const after = await loadBooks();
  const again = await after.open(SCOPE, plain);
  await createLedgerDesk(again).list([connection({ readings: [6, 2n ** 64n, 0, 0] })]);
  expect(again.retiredAt).toBeUndefined();
  expect(again.counters()?.ledger.totals).toMatchObject({ active: [6, 2n ** 64n, 0, 0] });
});

const STATE = /^.*/;
const anotherEndpoint = (content: string) => content.replace('cvpn-endpoint-1', 'cvpn-endpoint-2');
const [COLUMNS, LINES] = BOOK_FORMATS;
const unreadable: Record<string, readonly [format: string, damage: (content: string) => string]> = {
  'nothing in it': [COLUMNS, () => ''],
  'a first line that is not JSON': [COLUMNS, (content) => content.replace(STATE, '{"accountId":')],
  'a first line that is something else': [COLUMNS, (content) => content.replace(STATE, '{}')],
  'a first line of null': [COLUMNS, (content) => content.replace(STATE, 'null')],
  'half of its columns': [COLUMNS, (content) => content.slice(0, -64)],
  'another endpoint': [COLUMNS, anotherEndpoint],
  'nothing in it, as of version 0.1': [LINES, () => ''],
  'a line that is not JSON': [LINES, (content) => `${STATE.exec(content)}\n["a\n`],
  'a line of null': [LINES, (content) => `${STATE.exec(content)}\nnull\n`],
  'a line of text': [LINES, (content) => `${STATE.exec(content)}\n"abcdefghi"\n`],
  'a line without readings': [LINES, (content) => `${STATE.exec(content)}\n["a","active",0,null,null]\n`],
  'a line that has no end': [LINES, (content) => `${STATE.exec(content)}\n["a`],
  'lines of another endpoint': [LINES, (content) => `${STATE.exec(anotherEndpoint(content))}\n`],
};

test.each(Object.entries(unreadable))(
  'a file with %s is set aside with a log line',
  async (_, [format, damage]) => {
    const { newBooks, storage, log, files } = await createDisk();
    const before = newBooks();
    const book = await post(await before.open(SCOPE, plain));
    const content = Buffer.from(damage(contentOf(book).toString('latin1')), 'latin1');
    await storage.write(FILE, format, [content]);
    const fresh = await newBooks().open(SCOPE, plain);
    expect(fresh.counters()).toBeUndefined();
    expect(files()).toEqual([expect.stringMatching(/_all\.ledger\.broken-2026-01-01T/)]);
    expect(log).toEqual([
      expect.stringMatching(
        /^error A stored file is broken .*"reason":"what it holds cannot be read: .+"\}$/,
      ),
    ]);
  },
);

test('a book that the disk refuses is told, and is written as soon as it can be', async () => {
  const { newBooks, folder, log, text } = await createDisk();
  const books = newBooks();
  const book = await books.open(SCOPE, plain);
  await post(book);
  writeFileSync(join(folder, 'client-vpn'), 'a file where the folder should be');
  await books.save();
  expect(book.isDirty).toBe(true);
  expect(log).toEqual([
    expect.stringMatching(
      /^error The ledger was not written: .*"endpoint_id":"cvpn-endpoint-1","err":"cannot write .*: .* is a file, not a folder/,
    ),
  ]);
  rmSync(join(folder, 'client-vpn'));
  await books.save();
  expect([book.isDirty, text()]).toEqual([false, expect.stringContaining('cvpn-endpoint-1')]);
});

test('a folder that cannot be listed is told, and books in memory go on', async () => {
  const { newBooks, folder, log } = await createDisk();
  const books = newBooks();
  const book = await post(await books.open(SCOPE, plain));
  writeFileSync(join(folder, 'client-vpn'), 'a file where the folder should be');
  await books.load(plain.identity);
  expect(log).toEqual([expect.stringMatching(/^error The storage folder cannot be read: .*ENOTDIR/)]);
  expect(await books.of(SCOPE, plain)).toEqual([book]);
});

test('a ledger that is there and cannot be read is not begun anew', async () => {
  const { newBooks, folder, log } = await createDisk();
  mkdirSync(join(folder, FILE), { recursive: true });
  const books = newBooks();
  await books.load(plain.identity);
  expect(log).toEqual([
    expect.stringMatching(/^error A ledger cannot be read: its endpoint fails until it can/),
  ]);
  await expect(books.open(SCOPE, plain)).rejects.toThrow(
    `the ledger ${FILE} below --storage.path cannot be read (it is a folder): mend it or move it away`,
  );
  rmSync(join(folder, FILE), { recursive: true });
  expect((await books.open(SCOPE, plain)).counters()).toBeUndefined();
});

test('a ledger and a key of filters that somebody removed are written again, though nothing changed', async () => {
  const { storage, clock, folder, files, log } = await createDisk();
  const missing = new Set<string>();
  const watched = changed(storage, { isMissing: (name) => missing.has(name) });
  const books = new Books({ storage: watched, clock, logger: createLogBook() });
  await post(await books.open(SCOPE, plain));
  await post(await books.open(SCOPE, byName));
  await books.save();
  const before = files();
  rmSync(join(folder, 'client-vpn'), { recursive: true });
  for (const file of before) missing.add(`client-vpn/${file}`);
  await books.save();
  expect(files()).toEqual(before);
  missing.clear();
  const again = new Books({ storage, clock, logger: createLogBook() });
  await again.load('plain');
  for (const options of [plain, byName]) expect(await again.of(SCOPE, options)).toHaveLength(1);
  expect(log).toEqual([]);
});
