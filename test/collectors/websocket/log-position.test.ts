import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LogPosition } from '../../../src/collectors/websocket/feeds/log-position.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { openStorage } from '../../../src/storage/open.ts';
import { createLogBook } from '../../support/log-book.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

async function open(folder: string) {
  const { lines, ...logger } = createLogBook();
  const storage = await openStorage(folder, { clock: systemClock, logger });
  const position = new LogPosition({ storage, logger }, 'group');
  await position.load();
  return { position, lines, close: () => storage.close() };
}

function fileIn(folder: string): string {
  const [name = ''] = readdirSync(join(folder, 'websocket'));
  return join(folder, 'websocket', name);
}

test('what is written does not grow with the rows, and nothing is while nothing changed', async () => {
  const folder = temporaryFolder();
  const { position, close } = await open(folder);
  for (let n = 0; n < 5_000; n++)
    position.add({ id: `row${n}`, loggedAt: n, readableAt: n, text: '' }, 'connect');
  position.reach(5_000, ['a/prod', 'b/prod']);
  await position.save();
  const { ino, size } = statSync(fileIn(folder));
  expect(size).toBeLessThan(500);
  position.add({ id: 'late', loggedAt: 4_000, readableAt: 4_000, text: '' }, 'connect');
  position.reach(4_000, ['b/prod', 'a/prod']);
  await position.save();
  expect(statSync(fileIn(folder)).ino).toBe(ino);
  await close();

  const again = await open(folder);
  expect(again.position.reachedAt).toBe(5_000);
  expect(['a/prod', 'b/prod', 'c/prod'].map((id) => again.position.isOf(id))).toEqual([true, true, false]);
  await again.close();
});

test('a file that is no position is set aside, and two hours are read again', async () => {
  const folder = temporaryFolder();
  const first = await open(folder);
  first.position.reach(5_000, ['a/prod']);
  await first.position.save();
  await first.close();
  writeFileSync(fileIn(folder), 'aws-connections-exporter websocket-log 1\n{"reachedAt":"soon"}\n');
  const { position, lines, close } = await open(folder);
  expect([position.reachedAt, position.isOf('a/prod')]).toEqual([undefined, false]);
  expect(lines.join('\n')).toMatch(/how far an access log was read/);
  await close();
});
