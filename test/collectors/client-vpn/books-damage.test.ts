import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BookOptions, Books } from '../../../src/collectors/client-vpn/books.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { openStorage } from '../../../src/storage/open.ts';
import { connection, createLedgerDesk, SCOPE } from '../../support/client-vpn.ts';
import { createLogBook } from '../../support/log-book.ts';
import { copyOf } from '../../support/registry-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const FOLDER = 'client-vpn';
const FLIPS = 200;
const plain: BookOptions = { identity: 'plain', filters: [] };
const filtered: BookOptions = { ...plain, filters: [{ name: 'username', values: ['alice'] }] };

async function openBooks(folder: string) {
  const { lines: log, ...logger } = createLogBook();
  const storage = await openStorage(folder, { clock: systemClock, logger });
  const books = new Books({ storage, clock: systemClock, logger });
  await books.load('plain');
  return { storage, books, log };
}

/** A folder with two ledgers, one of them of filters, and the key of filters. */
async function createLedgers(): Promise<{ folder: string; files: readonly string[] }> {
  const folder = temporaryFolder();
  const { storage, books } = await openBooks(folder);
  for (const options of [plain, filtered]) {
    const desk = createLedgerDesk(await books.open(SCOPE, options));
    await desk.list([], { maxUsers: 5 });
    await desk.list([connection({ user: 'alice', readings: [5, 2n ** 64n, 0, 0] })], { maxUsers: 5 });
  }
  await books.save();
  await storage.close();
  const files = readdirSync(join(folder, FOLDER));
  expect(files).toHaveLength(3);
  return { folder, files };
}

/** The bytes that each ledger counted, and whether it is said that something is lost: in a metric, in the log, and by a file kept aside. */
async function readBack(folder: string) {
  const { storage, books, log } = await openBooks(folder);
  const totals = [];
  for (const options of [plain, filtered]) {
    const book = await books.open(SCOPE, options);
    totals.push(book.counters()?.ledger.totals.active);
  }
  const [, setAside] = storage.families;
  const counted = [...(setAside?.samples() ?? [])].reduce((sum, { value }) => sum + value, 0);
  const kept = readdirSync(join(folder, FOLDER)).filter((file) => file.includes('.broken-')).length;
  await storage.close();
  return { totals, counted, kept, log };
}

async function silentLoss(folder: string) {
  const { totals, counted, kept, log } = await readBack(folder);
  const isTrue = totals.every((row) => row?.[0] === 5 && row[1] === 2n ** 64n);
  const isTold = counted === 1 && kept === 1 && log.length === 1 && log[0]?.includes('"lost":');
  return isTold || (isTrue && log.length === 0) ? undefined : { totals, counted, kept, log };
}

test('no cut of any ledger, or of the key of filters, lowers a number without a word', {
  timeout: 120_000,
}, async () => {
  const { folder, files } = await createLedgers();
  expect(await silentLoss(copyOf(folder))).toBeUndefined();
  expect((await readBack(copyOf(folder))).counted).toBe(0);
  for (const file of files) {
    const { length } = readFileSync(join(folder, FOLDER, file));
    // Each of them carries one checksum over all: a fifth of its places stands for all.
    for (let end = length % 5; end < length; end += 5) {
      const copy = copyOf(folder);
      truncateSync(join(copy, FOLDER, file), end);
      expect(await silentLoss(copy), `${file} cut after ${end} bytes`).toBeUndefined();
      rmSync(copy, { recursive: true });
    }
  }
});

test('no flipped bit of any ledger, or of the key of filters, changes a number without a word', {
  timeout: 120_000,
}, async () => {
  const { folder, files } = await createLedgers();
  const flip = fc.record({ file: fc.constantFrom(...files), place: fc.nat(), bit: fc.nat(7) });
  for (const { file, place, bit } of fc.sample(flip, { seed: 16, numRuns: FLIPS })) {
    const copy = copyOf(folder);
    const path = join(copy, FOLDER, file);
    const bytes = readFileSync(path);
    const index = place % bytes.length;
    bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
    writeFileSync(path, bytes);
    expect(await silentLoss(copy), `${file} at ${index}, bit ${bit}`).toBeUndefined();
    rmSync(copy, { recursive: true });
  }
});

test('a key of filters that is missing while ledgers are named by it is told, for they begin anew', async () => {
  const { folder } = await createLedgers();
  rmSync(join(folder, FOLDER, 'filters.key'));
  const { totals, counted, log } = await readBack(folder);
  expect([totals[0]?.[0], totals[1]?.[0], counted]).toEqual([5, undefined, 1]);
  expect(log).toEqual([
    expect.stringMatching(/^error A stored file is missing: .*filters\.key","lost":"which/),
  ]);
});
