import { existsSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { HeldEvents } from '../../../src/collectors/websocket/events/held-events.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { openStorage } from '../../../src/storage/open.ts';
import { createLogBook } from '../../support/log-book.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const FORMAT = 'aws-connections-exporter websocket-held 1';
const HELD = {
  event: { type: 'connect', connectionId: 'a=', connectedAt: undefined },
  at: Date.UTC(2026, 0, 1),
} as const;

async function open() {
  const folder = temporaryFolder();
  const { lines: log, ...logger } = createLogBook();
  const storage = await openStorage(folder, { clock: systemClock, logger });
  onTestFinished(() => storage.close());
  return {
    storage,
    log,
    path: join(folder, 'websocket/held'),
    create: () => new HeldEvents({ storage, clock: systemClock, logger }),
  };
}

test('a file of waiting events that was cut anywhere is set aside, and events wait on disk as before', async () => {
  const { create, path, log } = await open();
  const first = create();
  await first.load();
  first.push(HELD as Parameters<typeof first.push>[0]);
  await first.save();
  const { length } = readFileSync(path);
  truncateSync(path, length - 1);
  const next = create();
  await next.load();
  expect([next.size, existsSync(path)]).toEqual([0, false]);
  expect(log).toEqual([
    expect.stringMatching(/set aside.*"lost":"events that waited until their endpoints were known"/),
  ]);
});

test.each([['not JSON'], ['null'], ['{}'], ['{"event":{"type":"ping","connectionId":"a="},"at":1}']])(
  'lines that make no sense (%s) are set aside, and do not keep later events from the disk',
  async (line) => {
    const { storage, create, path, log } = await open();
    await storage.write('websocket/held', FORMAT, [line]);
    const held = create();
    await held.load();
    expect(log).toEqual([expect.stringMatching(/^error A stored file is broken and was set aside/)]);
    held.push(HELD as Parameters<typeof held.push>[0]);
    await held.save();
    expect(readFileSync(path, 'utf8')).toContain('"a="');
    expect(readdirSync(join(path, '..')).filter((file) => file.includes('.broken-'))).toHaveLength(1);
  },
);
