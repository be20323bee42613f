import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BrokenFile, type Part, readContent, writeLines } from '../../src/storage/file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const FORMAT = 'test 2';
const FORMATS = [FORMAT, 'test 1'];

function file(): string {
  return join(temporaryFolder(), 'file');
}

/** What the parts come to: lines with their ends, and bytes as they are. */
function toBytes(parts: readonly Part[]): Buffer {
  return Buffer.concat(parts.map((part) => Buffer.from(typeof part === 'string' ? `${part}\n` : part)));
}

test('lines and bytes come back in their order, whatever they hold and however long they are', async () => {
  const path = file();
  const part = fc.oneof(
    fc.constantFrom('', '{"sum":1}', 'é', 'sha256 0'),
    fc.uint8Array({ maxLength: 50 }),
    fc.constantFrom(new Uint8Array(300_000).fill(10), Buffer.from(`\nsha256 ${'0'.repeat(64)}\n`)),
  );
  const comesBack = async (parts: Part[]) => {
    await writeLines(path, FORMAT, parts);
    const { format, bytes } = (await readContent(path, FORMATS)) ?? {};
    expect([format, bytes?.equals(toBytes(parts))]).toEqual([FORMAT, true]);
  };
  await fc.assert(fc.asyncProperty(fc.array(part), comesBack), { numRuns: 100 });
});

test('a file of any of the formats is read, and told which it is; another is broken', async () => {
  const path = file();
  await writeLines(path, 'test 1', ['line']);
  expect(await readContent(path, FORMATS)).toEqual({ format: 'test 1', bytes: Buffer.from('line\n') });
  await writeLines(path, 'test 3', ['line']);
  await expect(readContent(path, FORMATS)).rejects.toThrow(
    'its format is "test 3", this version reads "test 2" and "test 1"',
  );
});

test('a file that is not there reads as undefined, and what is no file is refused', async () => {
  expect(await readContent(file(), FORMATS)).toBeUndefined();
  await expect(readContent(temporaryFolder(), FORMATS)).rejects.toThrow('it is a folder');
});

test('a file cut anywhere, with any bit flipped or with more behind it is broken', async () => {
  const path = file();
  await writeLines(path, FORMAT, ['{"sum":1}', new Uint8Array(40)]);
  const whole = readFileSync(path);
  const isBroken = async (bytes: Uint8Array) => {
    writeFileSync(path, bytes);
    await expect(readContent(path, FORMATS)).rejects.toThrow(BrokenFile);
  };
  for (const [index, byte] of whole.entries()) {
    await isBroken(whole.subarray(0, index));
    const flipped = Buffer.from(whole);
    flipped[index] = byte ^ 1;
    await isBroken(flipped);
  }
  await isBroken(Buffer.concat([whole, Buffer.alloc(1)]));
});

test('bytes are taken bit by bit, and while a chunk of them is written others have their turn', async () => {
  const path = file();
  let taken = 0;
  let isWritten = false;
  const seen: number[] = [];
  function* parts(): Iterable<Part> {
    for (; taken < 200; taken += 1) yield new Uint8Array(65_536);
  }
  const written = writeLines(path, FORMAT, parts()).finally(() => {
    isWritten = true;
  });
  while (!isWritten) {
    seen.push(taken);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await written;
  expect(new Set(seen).size).toBeGreaterThan(20);
});
