import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { createLogger } from '../src/app/log.ts';
import { fileOutput, streamOutput } from '../src/app/log-output.ts';
import { temporaryFolder } from './support/temporary-folder.ts';

/** A stream that takes a line only when it is told to read. */
function slowReader() {
  const lines: string[] = [];
  let taken: (() => void) | undefined;
  const stream = new Writable({
    highWaterMark: 100,
    write(chunk, _, done) {
      if (chunk.length > 0) lines.push(String(chunk));
      taken = done;
    },
  });
  const read = async (times: number) => {
    for (let n = 0; n < times; n += 1) {
      const done = taken;
      taken = undefined;
      done?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  return { stream, lines, read };
}

test('lines wait up to the bound, the rest is dropped, and that is told once there is room', async () => {
  const { stream, lines, read } = slowReader();
  const output = streamOutput(stream, 1_000);
  const logger = createLogger({ level: 'info', format: 'logfmt', stream: output });
  for (let n = 0; n < 100; n += 1) logger.info('x'.repeat(50));
  const { dropped } = output;
  expect(dropped).toBeGreaterThan(80);
  expect(stream.writableLength).toBeLessThan(1_200);
  await read(200);
  expect(lines).toHaveLength(100 - dropped + 1);
  expect(lines.at(-1)).toContain(`msg="Log lines were dropped: they could not be written" lines=${dropped}`);
  logger.info('on');
  await read(2);
  expect(lines.at(-1)).toContain('msg=on');
  expect(output.dropped).toBe(dropped);
});

test('what waits is written before the end, or as much as is read in time', async () => {
  const { stream, lines, read } = slowReader();
  const output = streamOutput(stream);
  for (let n = 0; n < 10; n += 1) output.write(`${n}\n`);
  await output.flush(0);
  expect(lines).toEqual(['0\n']);
  const flushed = output.flush(60_000);
  await read(20);
  await flushed;
  expect(lines).toHaveLength(10);
});

test('lines to a stream that broke are counted as dropped', async () => {
  const { stream } = slowReader();
  const output = streamOutput(stream);
  stream.destroy(new Error('EPIPE'));
  output.write('x\n');
  await new Promise((resolve) => setImmediate(resolve));
  expect(output.dropped).toBe(1);
  await output.flush(60_000);
});

test('lines to a file are there at once; on a full disk they are dropped and counted', () => {
  const path = join(temporaryFolder(), 'log');
  const file = openSync(path, 'w');
  const output = fileOutput(file);
  output.write('one\n');
  output.write('zwei ü\n');
  expect(readFileSync(path, 'utf8')).toBe('one\nzwei ü\n');
  closeSync(file);

  const full = openSync('/dev/full', 'w');
  const refused = fileOutput(full);
  refused.write('one\n');
  expect(refused.dropped).toBe(1);
  closeSync(full);
});
