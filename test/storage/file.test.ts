import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { BrokenFile, readLines, setAside, writeLines } from '../../src/storage/file.ts';
import { putOdd } from '../support/odd-files.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const FORMAT = 'test 1';

function file(): string {
  return join(temporaryFolder(), 'file');
}

test('lines come back as they were written, of any Unicode and any length', async () => {
  const path = file();
  // Lines hold no line feed: they are JSON, which writes it as \n.
  const line = fc.string({ unit: 'binary', size: 'medium' }).map((text) => text.replaceAll('\n', ''));
  const comesBack = async (lines: string[], repeat: number) => {
    const all = lines.map((text) => text.repeat(repeat));
    await writeLines(path, FORMAT, all);
    expect(await readLines(path, FORMAT)).toEqual(all);
  };
  await fc.assert(fc.asyncProperty(fc.array(line), fc.constantFrom(1, 1, 1, 5_000), comesBack), {
    numRuns: 30,
  });
});

test('a file that is not there reads as undefined', async () => {
  expect(await readLines(file(), FORMAT)).toBeUndefined();
});

test('a file cut anywhere is broken', async () => {
  const path = file();
  await writeLines(path, FORMAT, ['{"sum":1}', '["é",2]', '']);
  const whole = readFileSync(path);
  for (let length = 0; length < whole.length; length += 1) {
    writeFileSync(path, whole.subarray(0, length));
    await expect(readLines(path, FORMAT), `cut after ${length} bytes`).rejects.toThrow(BrokenFile);
  }
});

test('a file with any byte changed is broken', async () => {
  const path = file();
  await writeLines(path, FORMAT, ['{"sum":1}', '["é",2]']);
  const whole = readFileSync(path);
  for (const [index, byte] of whole.entries()) {
    const flipped = Buffer.from(whole);
    flipped[index] = byte ^ 1;
    writeFileSync(path, flipped);
    await expect(readLines(path, FORMAT), `byte ${index}`).rejects.toThrow(BrokenFile);
  }
});

test('a file with something after its checksum is broken', async () => {
  const path = file();
  await writeLines(path, FORMAT, ['one']);
  writeFileSync(path, `${readFileSync(path, 'utf8')}two\n`);
  await expect(readLines(path, FORMAT)).rejects.toThrow(
    'its checksum does not match: it was damaged or edited',
  );
});

test('a file of another format is broken, and both are named', async () => {
  const path = file();
  await writeLines(path, 'test 2', ['one']);
  await expect(readLines(path, FORMAT)).rejects.toThrow(
    'its format is "test 2", this version reads "test 1"',
  );
});

test('what is there cannot be told from broken only by its content: a folder is an error of another kind', async () => {
  const error = await readLines(temporaryFolder(), FORMAT).catch((cause: unknown) => cause);
  expect(error).toMatchObject({ message: 'it is a folder' });
  expect(error).not.toBeInstanceOf(BrokenFile);
});

test('nobody else can read it', async () => {
  const path = file();
  await writeLines(path, FORMAT, ['one']);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('what a crash left behind of an earlier write does no harm', async () => {
  const path = file();
  writeFileSync(`${path}.tmp`, 'half of something much longer than what comes next'.repeat(100));
  await writeLines(path, FORMAT, ['one']);
  expect(await readLines(path, FORMAT)).toEqual(['one']);
  expect(readdirSync(join(path, '..'))).toEqual(['file']);
});

test('lines that fail to come leave the file as it was', async () => {
  const path = file();
  await writeLines(path, FORMAT, ['one']);
  const failing = (function* () {
    yield 'two';
    throw new Error('no more lines');
  })();
  await expect(writeLines(path, FORMAT, failing)).rejects.toThrow('no more lines');
  expect(await readLines(path, FORMAT)).toEqual(['one']);
});

test('a place that cannot be written leaves what is there', async () => {
  const path = file();
  mkdirSync(path);
  writeFileSync(join(path, 'inside'), '');
  await expect(writeLines(path, FORMAT, ['one'])).rejects.toThrow(/EISDIR|ENOTEMPTY/);
  expect(readdirSync(path)).toEqual(['inside']);
});

test('a pipe where a file is written before it takes its place is an error, not a wait', async () => {
  const path = file();
  await writeLines(path, FORMAT, ['one']);
  putOdd('pipe', `${path}.tmp`);
  await expect(writeLines(path, FORMAT, ['two'])).rejects.toThrow('ENXIO');
  expect(await readLines(path, FORMAT)).toEqual(['one']);
});

test.skipIf(!existsSync('/dev/full'))('a full disk leaves the file as it was', async () => {
  const path = file();
  await writeLines(path, FORMAT, ['one']);
  symlinkSync('/dev/full', `${path}.tmp`);
  await expect(writeLines(path, FORMAT, ['two'])).rejects.toThrow('ENOSPC');
  expect(await readLines(path, FORMAT)).toEqual(['one']);
});

/** Of util-linux; tests that need it are skipped where it is not. */
const PRLIMIT = '/usr/bin/prlimit';

/** Sets the size to which this process may write files. */
function limitFileSize(bytes: number | 'unlimited'): boolean {
  return spawnSync(PRLIMIT, ['--pid', String(process.pid), `--fsize=${bytes}:unlimited`]).status === 0;
}

test.skipIf(!limitFileSize('unlimited'))(
  'a disk that takes half of a chunk, and has room again for the next one, leaves no hole in the file',
  async () => {
    const path = file();
    onTestFinished(() => void limitFileSize('unlimited'));
    const lines = (function* () {
      limitFileSize(50_000);
      yield 'x'.repeat(300_000);
      limitFileSize('unlimited');
      yield 'y';
    })();
    await expect(writeLines(path, FORMAT, lines)).rejects.toThrow('EFBIG');
    expect(await readLines(path, FORMAT)).toBeUndefined();
  },
);

test('a broken file that is set aside keeps its bytes, under the time at which it was found', async () => {
  const path = file();
  writeFileSync(path, 'broken');
  const aside = await setAside(path, new Date(Date.UTC(2026, 10, 22, 10)));
  expect(aside).toBe(`${path}.broken-2026-11-22T100000.000Z`);
  expect([existsSync(path), readFileSync(aside, 'utf8')]).toEqual([false, 'broken']);
});
