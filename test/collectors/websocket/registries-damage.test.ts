import { readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contentsOf, copyOf, createRegistryDisk, INTAKE, take } from '../../support/registry-disk.ts';

const FLIPS = 200;
const FOLDER = 'websocket';

/** A registry with a base and a journal of several batches, as a process left it that ended in peace. */
async function createRegistry() {
  const { registries, storage, folder } = await createRegistryDisk();
  const opened = await registries.open(INTAKE);
  for (const [at, id] of ['a', 'b', 'c', 'd', 'e'].entries()) {
    take(opened, 'connect', id, at);
    if (id === 'd') take(opened, 'disconnect', 'a', at);
    await registries.flush();
  }
  await storage.close();
  const files = readdirSync(join(folder, FOLDER));
  const fileOf = (ending: string) => join(FOLDER, files.find((file) => file.endsWith(ending)) ?? '');
  return { folder, truth: contentsOf(opened), files: files.map((file) => join(FOLDER, file)), fileOf };
}

/** What a new process makes of a folder, and whether it says that something is lost: in a metric, in the log, and by a file kept aside. */
async function readBack(folder: string) {
  const { registries, storage, log } = await createRegistryDisk(folder);
  const contents = contentsOf(await registries.open(INTAKE));
  const [, setAside] = storage.families;
  const counted = [...(setAside?.samples() ?? [])].reduce((sum, { value }) => sum + value, 0);
  const kept = readdirSync(join(folder, FOLDER)).filter((file) => file.includes('.broken-'));
  const logged = log.filter((line) => line.startsWith('error ') && line.includes('"lost":'));
  await storage.close();
  return { contents, counted, kept, logged, log };
}

/** What is wrong with how damage was taken: numbers that are not the truth, and no word of it. */
async function silentLoss(folder: string, truth: object): Promise<string | undefined> {
  const { contents, counted, kept, logged, log } = await readBack(folder);
  const isTold = counted > 0 && kept.length === counted && logged.length === counted;
  const isTrue = JSON.stringify(contents) === JSON.stringify(truth);
  if (!isTold && (!isTrue || log.length > 0)) return JSON.stringify({ contents, counted, kept, log });
  if (!isTold) return undefined;
  // Said once: the next start goes on with what there is.
  const again = await readBack(folder);
  if (again.log.length > 0) return `said again: ${again.log}`;
  return JSON.stringify(again.contents) === JSON.stringify(contents)
    ? undefined
    : 'it is read in another way';
}

test('no cut of any file lowers a number without a word', { timeout: 120_000 }, async () => {
  const { folder, truth, files } = await createRegistry();
  const faults: string[] = [];
  let cuts = 0;
  for (const file of files) {
    const { length } = readFileSync(join(folder, file));
    // A file that is written whole carries one checksum: of its places a fifth stands for all.
    const step = file.endsWith('.registry') ? 5 : 1;
    for (let end = length % step; end < length; end += step) {
      const copy = copyOf(folder);
      truncateSync(join(copy, file), end);
      const fault = await silentLoss(copy, truth);
      if (fault) faults.push(`${file} cut after ${end} of ${length} bytes: ${fault}`);
      rmSync(copy, { recursive: true });
      cuts += 1;
    }
  }
  expect(faults).toEqual([]);
  expect(cuts).toBeGreaterThan(700);
});

test('no flipped bit of any file changes a number without a word', { timeout: 120_000 }, async () => {
  const { folder, truth, files } = await createRegistry();
  const flip = fc.record({ file: fc.constantFrom(...files), place: fc.nat(), bit: fc.nat(7) });
  for (const { file, place, bit } of fc.sample(flip, { seed: 16, numRuns: FLIPS })) {
    const copy = copyOf(folder);
    const bytes = readFileSync(join(copy, file));
    const index = place % bytes.length;
    bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
    writeFileSync(join(copy, file), bytes);
    expect(await silentLoss(copy, truth), `${file} at ${index}, bit ${bit}`).toBeUndefined();
    rmSync(copy, { recursive: true });
  }
});

test('what is before the damage is used, what follows is kept as it was, and the log says what it cost', async () => {
  const { folder, truth, fileOf } = await createRegistry();
  const journal = fileOf('.journal');
  const whole = readFileSync(join(folder, journal), 'utf8');
  const damaged = whole.replace('["d",', '["x",');
  writeFileSync(join(folder, journal), damaged);
  const { contents, kept, logged } = await readBack(folder);
  expect(Object.keys(contents.entries).sort()).toEqual(['a', 'b', 'c']);
  expect(contents.registry).toEqual({ ...truth.registry, opened: 3, closed: 0 });
  expect(kept.map((file) => readFileSync(join(folder, FOLDER, file), 'utf8'))).toEqual([damaged]);
  expect(logged).toEqual([
    expect.stringMatching(
      /^error A stored journal was cut short or damaged; .*"good_batches":2,"lost_batches":2,"lost":"what a WebSocket endpoint was told since; its counters may be lower/,
    ),
  ]);
});

test.each(['.registry', '.journal', '.end'])('a missing %s file is no silent loss', async (ending) => {
  const { folder, truth, fileOf } = await createRegistry();
  rmSync(join(folder, fileOf(ending)));
  expect(await silentLoss(folder, truth)).toBeUndefined();
});

test('a base that is older than its journal, as from a backup, is used, and the journal kept aside', async () => {
  let isRefused = true;
  const { registries, folder } = await createRegistryDisk(undefined, ({ append }) => ({
    append: (...args) => (isRefused ? Promise.reject(new Error('ENOSPC')) : append(...args)),
  }));
  const opened = await registries.open(INTAKE);
  take(opened, 'connect', 'a');
  await registries.flush();
  const older = copyOf(folder);
  for (const id of ['b', 'c', 'd']) {
    take(opened, 'connect', id, 1);
    // What is not taken is made up for by a new base, from which a new journal goes on.
    await registries.flush();
    isRefused = false;
  }
  const [base = ''] = readdirSync(join(older, FOLDER));
  writeFileSync(join(folder, FOLDER, base), readFileSync(join(older, FOLDER, base)));
  const { contents, kept, logged } = await readBack(copyOf(folder));
  expect(Object.keys(contents.entries)).toEqual(['a']);
  expect([kept.length, logged]).toEqual([1, [expect.stringContaining('the one there is older')]]);
});

test('a power cut while a batch was being appended is no damage, whatever it left behind the last batch', async () => {
  const { folder, truth, fileOf } = await createRegistry();
  const journal = fileOf('.journal');
  const whole = readFileSync(join(folder, journal));
  const batch = whole.subarray(0, 300);
  const checksum = Buffer.from(`sha256 ${'0'.repeat(64)}\n`);
  for (const tail of [
    Buffer.alloc(4_096),
    batch,
    Buffer.concat([Buffer.alloc(300), checksum]),
    Buffer.from('["f",'),
  ]) {
    const copy = copyOf(folder);
    writeFileSync(join(copy, journal), Buffer.concat([whole, tail]));
    const { contents, log } = await readBack(copy);
    expect([contents, log]).toEqual([truth, []]);
  }
});

test('a note of the end that a power cut left empty, full of zeros or behind its journal is no damage', async () => {
  const { registries, folder } = await createRegistryDisk();
  const opened = await registries.open(INTAKE);
  const ends: Buffer[] = [];
  for (const [at, id] of ['a', 'b', 'c'].entries()) {
    take(opened, 'connect', id, at);
    await registries.flush();
    const end = readdirSync(join(folder, FOLDER)).find((file) => file.endsWith('.end'));
    if (end) ends.push(readFileSync(join(folder, FOLDER, end)));
  }
  const name = readdirSync(join(folder, FOLDER)).find((file) => file.endsWith('.end')) ?? '';
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(150), ends[0] ?? '']) {
    const copy = copyOf(folder);
    writeFileSync(join(copy, FOLDER, name), bytes);
    const { contents, log } = await readBack(copy);
    expect([contents, log]).toEqual([contentsOf(opened), []]);
  }
});
