import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Family } from '../../src/core/family.ts';
import { openStorage } from '../../src/storage/open.ts';
import { createHandClock } from '../support/hand-clock.ts';
import { createLogBook } from '../support/log-book.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const NAME = 'ledgers/one';
const FORMAT = 'test 1';
const LOST = 'what it held';

async function open(folder = join(temporaryFolder(), 'data')) {
  const logger = createLogBook();
  const storage = await openStorage(folder, { clock: createHandClock(), logger });
  onTestFinished(() => storage.close().catch(() => {}));
  return { folder, storage, log: logger.lines };
}

/** The values of the storage's own families, without the prefix. */
function metrics({ families }: { families: readonly Family[] }): Record<string, number[]> {
  return Object.fromEntries(
    families.map((family) => [
      family.name.replace('aws_connections_exporter_storage_', ''),
      [...family.samples()].map(({ value }) => value),
    ]),
  );
}

test('it makes its folder, and gives back what was written', async () => {
  const { storage } = await open();
  expect(await storage.read(NAME, FORMAT, LOST)).toBeUndefined();
  expect(await storage.list('ledgers')).toEqual([]);
  expect(metrics(storage)).toEqual({ last_write_successful: [], files_set_aside_total: [0] });
  await storage.write(NAME, FORMAT, ['one']);
  expect(await storage.read(NAME, FORMAT, LOST)).toEqual(['one']);
  expect(metrics(storage)).toEqual({ last_write_successful: [1], files_set_aside_total: [0] });
});

test('files are listed without what is half written or was set aside, and can be removed', async () => {
  const { storage, folder } = await open();
  await storage.write('ledgers/b', FORMAT, []);
  await storage.write('ledgers/a', FORMAT, []);
  writeFileSync(join(folder, 'ledgers/c.tmp'), '');
  writeFileSync(join(folder, 'ledgers/c.broken-2026-01-01T000000.000Z'), '');
  expect(await storage.list('ledgers')).toEqual(['ledgers/a', 'ledgers/b']);
  await storage.remove('ledgers/a');
  await storage.remove('ledgers/a');
  expect(await storage.list('ledgers')).toEqual(['ledgers/b']);
});

test('a broken file is set aside, told and counted, and reads as none; what is written next is another file', async () => {
  const { storage, folder, log } = await open();
  mkdirSync(join(folder, 'ledgers'));
  writeFileSync(join(folder, NAME), 'test 1\nhalf');
  expect(await storage.read(NAME, FORMAT, LOST)).toBeUndefined();
  expect(log).toEqual([
    `error A stored file is broken and was set aside; what it held starts anew ${JSON.stringify({
      file: join(folder, NAME),
      aside: join(folder, `${NAME}.broken-2026-01-01T000000.000Z`),
      reason: 'it has no checksum: it is cut short or not a file of this exporter',
      lost: LOST,
    })}`,
  ]);
  expect(metrics(storage)).toMatchObject({ files_set_aside_total: [1] });
  await storage.write(NAME, FORMAT, ['anew']);
  expect(readdirSync(join(folder, 'ledgers'))).toEqual(['one', 'one.broken-2026-01-01T000000.000Z']);
});

test('a file that cannot be read just now is an error, and stays where it is', async () => {
  const { storage, folder } = await open();
  mkdirSync(join(folder, NAME), { recursive: true });
  await expect(storage.read(NAME, FORMAT, LOST)).rejects.toThrow(/^it is a folder$/);
  expect(readdirSync(join(folder, 'ledgers'))).toEqual(['one']);
});

test('a write that the disk refuses rejects and shows as 0; the next good one shows as 1', async () => {
  const { storage, folder } = await open();
  writeFileSync(join(folder, 'ledgers'), 'a file where the folder should be');
  await expect(storage.write(NAME, FORMAT, ['one'])).rejects.toThrow(`cannot write ${join(folder, NAME)}`);
  expect(metrics(storage)).toMatchObject({ last_write_successful: [0] });
  expect(storage.problem()).toMatch(
    `cannot write ${join(folder, NAME)}: ${join(folder, 'ledgers')} is a file, not a folder`,
  );
  rmSync(join(folder, 'ledgers'));
  await storage.write(NAME, FORMAT, ['one']);
  expect(metrics(storage)).toMatchObject({ last_write_successful: [1] });
  expect(storage.problem()).toBeUndefined();
});

test.skipIf(!existsSync('/dev/full'))(
  'a full disk shows as 0 until every file is written again',
  async () => {
    const { storage, folder } = await open();
    for (const name of ['ledgers/a', 'ledgers/b']) {
      await storage.write(name, FORMAT, ['old']);
      symlinkSync('/dev/full', join(folder, `${name}.tmp`));
      const error = await storage.write(name, FORMAT, ['new']).catch((cause: unknown) => cause);
      expect(error).toMatchObject({ cause: { code: 'ENOSPC' } });
      unlinkSync(join(folder, `${name}.tmp`));
    }
    expect(await storage.read('ledgers/a', FORMAT, LOST)).toEqual(['old']);
    await storage.write('ledgers/a', FORMAT, ['new']);
    expect(metrics(storage)).toMatchObject({ last_write_successful: [0] });
    await storage.write('ledgers/b', FORMAT, ['new']);
    expect(metrics(storage)).toMatchObject({ last_write_successful: [1] });
  },
);

test('a file that is removed is missed by nobody, even if its last write failed', async () => {
  const { storage, folder } = await open();
  writeFileSync(join(folder, 'ledgers'), '');
  await expect(storage.write(NAME, FORMAT, [])).rejects.toThrow();
  rmSync(join(folder, 'ledgers'));
  await storage.remove(NAME);
  expect(metrics(storage)).toMatchObject({ last_write_successful: [1] });
});

test('a folder that was taken over is written to no more', async () => {
  const { storage, folder } = await open();
  await storage.write(NAME, FORMAT, ['mine']);
  const winner = { pid: 4711, host: 'other', since: '2026-01-01T00:00:00.000Z', token: 'another' };
  writeFileSync(join(folder, 'lock'), JSON.stringify(winner));
  const error = await storage.write(NAME, FORMAT, ['late']).catch((cause: unknown) => cause);
  expect(error).toMatchObject({
    cause: new Error('the folder was taken over by process 4711 on other (since 2026-01-01T00:00:00.000Z)'),
  });
  expect(await storage.read(NAME, FORMAT, LOST)).toEqual(['mine']);
  expect(metrics(storage)).toMatchObject({ last_write_successful: [0] });
});

test('a path that cannot be a folder is an error that names it and the flag', async () => {
  const path = join(temporaryFolder(), 'data');
  writeFileSync(path, '');
  await expect(open(path)).rejects.toThrow(
    `cannot use the folder ${path} (--storage.path): ${path} is a file, not a folder`,
  );
});

/** Storage whose pulse a test moves, with two files in it. */
async function openWithPulse() {
  const folder = join(temporaryFolder(), 'data');
  const clock = createHandClock();
  const logger = createLogBook();
  const storage = await openStorage(folder, { clock, logger });
  onTestFinished(() => storage.close());
  await storage.write(NAME, FORMAT, ['one']);
  await storage.append('ledgers/journal', ['two']);
  return { folder, clock, storage, log: logger.lines };
}

test('a folder that is deleted under us is made again at the next pulse, and its files are known to be missing', async () => {
  const { folder, clock, storage, log } = await openWithPulse();
  rmSync(folder, { recursive: true });
  await clock.advance(2_000);
  await vi.waitUntil(() => storage.isMissing(NAME) && storage.isMissing('ledgers/journal'));
  expect(existsSync(join(folder, 'lock'))).toBe(true);
  expect(metrics(storage)).toMatchObject({ files_set_aside_total: [3] });
  expect(log).toEqual([
    expect.stringMatching(/^error A stored file is missing: somebody removed it .*\/data\/lock"/),
    expect.stringMatching(
      /^error Stored files were removed by somebody; what is known is written again .*"files":2/,
    ),
  ]);
  await storage.write(NAME, FORMAT, ['again']);
  expect([storage.isMissing(NAME), await storage.read(NAME, FORMAT, LOST)]).toEqual([false, ['again']]);
  // Said once.
  await clock.advance(20_000);
  expect(log).toHaveLength(2);
});

test('a write into a folder that was deleted makes it again, with its lock', async () => {
  const { folder, storage } = await openWithPulse();
  rmSync(folder, { recursive: true });
  await storage.write(NAME, FORMAT, ['again']);
  expect([readdirSync(folder).sort(), await storage.read(NAME, FORMAT, LOST)]).toEqual([
    ['ledgers', 'lock'],
    ['again'],
  ]);
});

test('one file that is removed is missed; what is removed by us is not', async () => {
  const { folder, clock, storage, log } = await openWithPulse();
  await storage.remove('ledgers/journal');
  rmSync(join(folder, NAME));
  await clock.advance(2_000);
  await vi.waitUntil(() => storage.isMissing(NAME));
  expect(storage.isMissing('ledgers/journal')).toBe(false);
  expect(log).toEqual([expect.stringMatching(/^error Stored files were removed .*"files":1/)]);
});

test('a second process that uses a folder made anew is noticed at the next pulse, and nothing is written over its files', async () => {
  const { folder, clock, storage, log } = await openWithPulse();
  rmSync(folder, { recursive: true });
  const second = await openStorage(folder, { clock: createHandClock(), logger: createLogBook() });
  await second.write(NAME, FORMAT, ['theirs']);
  await clock.advance(2_000);
  await vi.waitUntil(() => log.length > 0);
  expect(log).toEqual([
    expect.stringMatching(
      /^error Another process uses the storage folder; nothing is written any more .*taken over by/,
    ),
  ]);
  expect(metrics(storage)).toMatchObject({ last_write_successful: [0] });
  await expect(storage.write(NAME, FORMAT, ['mine'])).rejects.toMatchObject({
    cause: { message: expect.stringContaining('taken over by process') },
  });
  expect(await second.read(NAME, FORMAT, LOST)).toEqual(['theirs']);
  await second.close();
});

test('an empty path keeps nothing, and says nothing of writes', async () => {
  const { storage } = await open('');
  await storage.write(NAME, FORMAT, ['one']);
  expect(await storage.read(NAME, FORMAT, LOST)).toBeUndefined();
  expect(await storage.list('ledgers')).toEqual([]);
  expect(metrics(storage)).toMatchObject({ last_write_successful: [] });
});
