import { readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { appendBatch, BEGINNING, readBatches } from '../../src/storage/journal.ts';
import { endOf, isEnd } from '../../src/storage/journal-end.ts';
import { openStorage } from '../../src/storage/open.ts';
import { limitFileSize } from '../support/file-size.ts';
import { createLogBook } from '../support/log-book.ts';
import { ODD_FILES, putOdd } from '../support/odd-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const NAME = 'folder/journal';
const LOST = 'what it held';

function journal(): string {
  return join(temporaryFolder(), 'journal');
}

/** Appends batches one after the other; resolves to the tail after each, the beginning first. */
async function append(path: string, batches: readonly (readonly string[])[], tail = BEGINNING) {
  const tails = [tail];
  for (const batch of batches) {
    tail = await appendBatch(path, tail, batch);
    tails.push(tail);
  }
  return tails;
}

async function batchesOf(path: string): Promise<readonly (readonly string[])[] | undefined> {
  return (await readBatches(path))?.batches;
}

/** Storage in a folder that a next process finds as this one leaves it. */
async function openFolder(folder = temporaryFolder()) {
  const logger = createLogBook();
  const storage = await openStorage(folder, { clock: systemClock, logger });
  onTestFinished(() => storage.close());
  return { storage, folder, path: join(folder, NAME), log: logger.lines };
}

const line = fc.string({ unit: 'binary' }).map((text) => JSON.stringify(text));
const batches = fc.array(fc.array(line, { maxLength: 5 }), { maxLength: 5 });

test('batches come back as they were appended, whoever appends them, of any Unicode and any length', async () => {
  const comesBack = async (before: string[][], after: string[][], repeat: number) => {
    const path = journal();
    const long = (all: string[][]) => all.map((lines) => lines.map((text) => text.repeat(repeat)));
    await append(path, long(before));
    const { batches: found, tail } = (await readBatches(path)) ?? { batches: [], tail: BEGINNING };
    expect(found).toEqual(long(before));
    await append(path, long(after), tail);
    const all = long([...before, ...after]);
    expect(await batchesOf(path)).toEqual(all.length === 0 ? undefined : all);
  };
  await fc.assert(fc.asyncProperty(batches, batches, fc.constantFrom(1, 1, 1, 20_000), comesBack), {
    numRuns: 30,
  });
});

test('a last batch that was cut short at any byte is as if it had not been, and the next one takes its place', async () => {
  const path = journal();
  const [, , before = BEGINNING] = await append(path, [['["a",1]', '["é",2]'], ['"a"']]);
  const end = readFileSync(endOf(path));
  await append(path, [['["b",3]', '["ü",4]']], before);
  const whole = readFileSync(path);
  for (let length = before.bytes; length < whole.length; length += 1) {
    writeFileSync(path, whole.subarray(0, length));
    writeFileSync(endOf(path), end);
    const read = await readBatches(path);
    expect(read, `cut after ${length} bytes`).toEqual({
      batches: [['["a",1]', '["é",2]'], ['"a"']],
      tail: before,
      lost: undefined,
      isGone: false,
    });
    await append(path, [['["c",5]']], read?.tail);
    expect(await batchesOf(path)).toEqual([['["a",1]', '["é",2]'], ['"a"'], ['["c",5]']]);
  }
  writeFileSync(path, whole);
  expect(await batchesOf(path)).toHaveLength(3);
});

test('from any changed byte on nothing is read', async () => {
  const path = journal();
  const tails = await append(path, [['["a",1]'], ['["b",2]'], ['["c",3]']]);
  const whole = readFileSync(path);
  for (const [index, byte] of whole.entries()) {
    const flipped = Buffer.from(whole);
    flipped[index] = byte ^ 1;
    writeFileSync(path, flipped);
    const good = tails.findLastIndex(({ bytes }) => bytes <= index);
    expect(await batchesOf(path), `byte ${index}`).toHaveLength(good);
  }
});

test('batches are read only in the order in which they were appended', async () => {
  const path = journal();
  const [, one, two] = await append(path, [['["a",1]'], ['"a"']]);
  const whole = readFileSync(path);
  const first = whole.subarray(0, one?.bytes);
  const second = whole.subarray(one?.bytes, two?.bytes);
  for (const parts of [[second, first], [second], [first, first]]) {
    writeFileSync(path, Buffer.concat(parts));
    expect(await batchesOf(path)).toHaveLength(parts[0] === first ? 1 : 0);
  }
});

test('batches that had been appended and are gone are told once, with a copy of what there was; those before them are read', async () => {
  const { storage, folder, path, log } = await openFolder();
  for (const text of ['one', 'two', 'three']) await storage.append(NAME, [`"${text}"`]);
  const whole = readFileSync(path, 'utf8');
  const damaged = whole.replace('two', 'twp');
  writeFileSync(path, damaged);
  for (let time = 0; time < 2; time += 1) expect(await storage.readJournal(NAME, LOST)).toEqual([['"one"']]);
  const aside = readdirSync(join(folder, 'folder')).find((file) => file.includes('.broken-')) ?? '';
  expect(readFileSync(join(folder, 'folder', aside), 'utf8')).toBe(damaged);
  expect(log).toEqual([
    `error A stored journal was cut short or damaged; what was saved in it before that is used, the rest is lost ${JSON.stringify(
      { file: path, aside: join(folder, 'folder', aside), good_batches: 1, lost_batches: 2, lost: LOST },
    )}`,
  ]);
  await storage.append(NAME, ['"four"']);
  expect(await storage.readJournal(NAME, LOST)).toEqual([['"one"'], ['"four"']]);
});

test.each([
  ['cut between two batches', (text: string) => text.slice(0, text.indexOf('"two"'))],
  ['emptied', () => ''],
  ['written over with another', (text: string) => text.slice(text.indexOf('"two"'))],
])('a journal that was %s is told', async (_, damage) => {
  const { storage, path, log } = await openFolder();
  for (const text of ['one', 'two']) await storage.append(NAME, [`"${text}"`]);
  writeFileSync(path, damage(readFileSync(path, 'utf8')));
  await storage.readJournal(NAME, LOST);
  expect(log).toEqual([expect.stringMatching(/^error A stored journal was cut short or damaged/)]);
});

test('a journal of version 0.1, which says nowhere where it ends, is read as it is', async () => {
  const { storage, path, log } = await openFolder();
  for (const text of ['one', 'two', 'three']) await storage.append(NAME, [`"${text}"`]);
  rmSync(endOf(path));
  const whole = readFileSync(path, 'utf8');
  expect(await storage.readJournal(NAME, LOST)).toHaveLength(3);
  truncateSync(path, whole.length - 1);
  expect(await storage.readJournal(NAME, LOST)).toHaveLength(2);
  expect(log).toEqual([]);
  writeFileSync(path, whole.replace('two', 'twp'));
  expect(await storage.readJournal(NAME, LOST)).toHaveLength(1);
  expect(log).toHaveLength(1);
});

test('a new process goes on behind the last whole batch, whether or not it read the journal', async () => {
  const first = await openFolder();
  await first.storage.append(NAME, ['1']);
  const end = readFileSync(endOf(first.path));
  await first.storage.append(NAME, ['2']);
  truncateSync(first.path, statSync(first.path).size - 1);
  writeFileSync(endOf(first.path), end);
  await first.storage.close();
  const second = await openFolder(first.folder);
  await second.storage.append(NAME, ['3']);
  await second.storage.append(NAME, ['4']);
  expect(await second.storage.readJournal(NAME, LOST)).toEqual([['1'], ['3'], ['4']]);
  expect(second.log).toEqual([]);
});

test('a journal that is removed, or moved out of the way, begins anew', async () => {
  const { storage, folder } = await openFolder();
  await storage.append(NAME, ['1']);
  await storage.remove(NAME);
  expect(await storage.list('folder')).toEqual([]);
  await storage.append(NAME, ['2']);
  expect(await storage.readJournal(NAME, LOST)).toEqual([['2']]);
  await storage.reject(NAME, 'it makes no sense', LOST);
  await storage.append(NAME, ['3']);
  expect(await storage.readJournal(NAME, LOST)).toEqual([['3']]);
  expect(await storage.list('folder')).toEqual([NAME]);
  expect(readdirSync(join(folder, 'folder')).filter((file) => !isEnd(file))).toHaveLength(2);
});

test('a journal that somebody shortened is not appended to, for what follows could not be read', async () => {
  const { storage, path } = await openFolder();
  await storage.append(NAME, ['1']);
  rmSync(path);
  await expect(storage.append(NAME, ['2'])).rejects.toMatchObject({
    message: `cannot write ${path}`,
    cause: new Error('it is shorter than it was written'),
  });
});

test('lines that fail to come leave the batches before them, and the next batch takes their place', async () => {
  const { storage } = await openFolder();
  await storage.append(NAME, ['1']);
  const failing = (function* () {
    yield '2'.repeat(300_000);
    throw new Error('no more lines');
  })();
  await expect(storage.append(NAME, failing)).rejects.toThrow('cannot write');
  expect(await storage.readJournal(NAME, LOST)).toEqual([['1']]);
  await storage.append(NAME, ['3']);
  expect(await storage.readJournal(NAME, LOST)).toEqual([['1'], ['3']]);
});

test('a folder that was taken over is appended to no more, and that shows as every failed write does', async () => {
  const { storage, folder, path } = await openFolder();
  const lastWrite = () => [...(storage.families[0]?.samples() ?? [])].map(({ value }) => value);
  await storage.append(NAME, ['1']);
  expect(lastWrite()).toEqual([1]);
  const winner = { pid: 4711, host: 'other', since: '2026-01-01T00:00:00.000Z', token: 'another' };
  writeFileSync(join(folder, 'lock'), JSON.stringify(winner));
  const before = readFileSync(path, 'utf8');
  await expect(storage.append(NAME, ['2'])).rejects.toThrow(`cannot write ${path}`);
  expect([readFileSync(path, 'utf8'), lastWrite()]).toEqual([before, [0]]);
});

test.skipIf(!limitFileSize('unlimited'))(
  'a disk that takes half of a batch leaves the batches before it, and the next one takes its place',
  async () => {
    const { storage } = await openFolder();
    onTestFinished(() => void limitFileSize('unlimited'));
    await storage.append(NAME, ['1']);
    const lines = (function* () {
      limitFileSize(50_000);
      yield 'x'.repeat(300_000);
    })();
    await expect(storage.append(NAME, lines)).rejects.toMatchObject({ cause: { code: 'EFBIG' } });
    limitFileSize('unlimited');
    await storage.append(NAME, ['2']);
    expect(await storage.readJournal(NAME, LOST)).toEqual([['1'], ['2']]);
  },
);

test('nobody else can read a journal', async () => {
  const path = journal();
  await append(path, [['1']]);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('what is there and is no file is an error of another kind than damage', async () => {
  await expect(readBatches(temporaryFolder())).rejects.toThrow(/^it is a folder$/);
  expect(await readBatches(journal())).toBeUndefined();
});

test.each(ODD_FILES)(
  'a $kind in the place of a journal, or of what says where it ends, is told and not waited for',
  async ({ kind, words }) => {
    const path = journal();
    const [, tail = BEGINNING] = await append(path, [['1']]);
    putOdd(kind, endOf(path));
    await expect(readBatches(path)).rejects.toThrow(words);
    putOdd(kind, path);
    await expect(appendBatch(path, tail, ['2'])).rejects.toThrow(/ENXIO|EISDIR|no file/);
    rmSync(endOf(path), { recursive: true });
    await expect(readBatches(path)).rejects.toThrow(words);
  },
);

test('an empty path keeps no journal', async () => {
  const storage = await openStorage('', { clock: systemClock, logger: createLogBook() });
  await storage.append(NAME, ['1']);
  expect(await storage.readJournal(NAME, LOST)).toBeUndefined();
});
