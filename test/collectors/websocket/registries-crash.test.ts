import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { OpenedRegistry } from '../../../src/collectors/websocket/registry/registries.ts';
import { REGISTRY_FORMAT } from '../../../src/collectors/websocket/registry/registry-file.ts';
import { endOf } from '../../../src/storage/journal-end.ts';
import type { Storage } from '../../../src/storage/storage.ts';
import { contentsOf, copyOf, createRegistryDisk, INTAKE, take } from '../../support/registry-disk.ts';

type Contents = ReturnType<typeof contentsOf>;
type Event = readonly ['connect' | 'disconnect' | 'message', id: string];

/** A folder as a crash would have left it, and the flushes whose contents it may hold: the last that had ended, or a later one. */
interface Crash {
  readonly folder: string;
  readonly from: number;
  readonly to: number;
}

const IDS = ['a', 'b', 'c', 'd', 'e', 'f'];
const event = fc.tuple(
  fc.constantFrom('connect' as const, 'disconnect' as const, 'message' as const),
  fc.constantFrom(...IDS),
);

/** What happens: events between flushes, events while lines are written, and what the disk does. */
const flush = fc.record({
  before: fc.array(event, { maxLength: 5 }),
  during: fc.array(event, { maxLength: 12 }),
  /** Whether the disk takes it, refuses it before, or reports an error when all is written. */
  disk: fc.constantFrom('takes', 'takes', 'takes', 'refuses', 'fails late'),
  /** How much of the last batch a crash leaves. */
  share: fc.double({ min: 0, max: 1, noNaN: true }),
});

test('after a crash at any moment and any events meanwhile, what is read back is what was last flushed or newer, as it was at one moment', async () => {
  const survives = async (flushes: readonly (typeof flush extends fc.Arbitrary<infer F> ? F : never)[]) => {
    const moments: Contents[] = [];
    const crashes: Crash[] = [];
    let flushed = -1;
    let at = 0;
    let present = flushes[0];
    let opened: OpenedRegistry | undefined;
    const happen = ([type, id]: Event) => {
      at += 1;
      if (opened) take(opened, type, id, at);
    };
    const crash = () => {
      crashes.push({ folder: copyOf(folder), from: Math.max(flushed, 0), to: moments.length - 1 });
    };
    /** Lines between which events happen, and before the last of which the process may end. */
    function* disturbed<T>(lines: Iterable<T>): Iterable<T> {
      const during = [...(present?.during ?? [])];
      for (const line of lines) {
        const next = during.shift();
        if (next) happen(next);
        yield line;
      }
      for (const next of during) happen(next);
    }
    const onDisk = async (work: () => Promise<void>) => {
      if (opened) moments.push(contentsOf(opened));
      if (present?.disk === 'refuses') throw new Error('ENOSPC');
      crash();
      await work();
      crash();
      if (present?.disk === 'fails late') throw new Error('EIO');
    };
    const { registries, folder, disk } = await createRegistryDisk(undefined, (storage: Storage) => ({
      write: (name, format, lines) => onDisk(() => storage.write(name, format, disturbed(lines))),
      append: (name, lines) =>
        onDisk(async () => {
          const path = join(folder, name);
          const before = existsSync(path) ? readFileSync(path).length : 0;
          const noted = existsSync(endOf(path)) ? readFileSync(endOf(path)) : '';
          await storage.append(name, disturbed(lines));
          const whole = readFileSync(path);
          const end = readFileSync(endOf(path));
          const torn = before + Math.floor((whole.length - before) * (present?.share ?? 0));
          writeFileSync(path, whole.subarray(0, torn));
          writeFileSync(endOf(path), noted);
          crash();
          writeFileSync(path, whole);
          crash();
          writeFileSync(endOf(path), end);
        }),
      remove: async (name) => {
        crash();
        await storage.remove(name);
        crash();
      },
    }));
    opened = await registries.open(INTAKE);
    moments.push(contentsOf(opened));
    for (present of flushes) {
      present.before.forEach(happen);
      await registries.flush();
      if (present.disk === 'takes') flushed = moments.length - 1;
      crash();
    }
    await disk.close();
    for (const { folder: left, from, to } of crashes) {
      const after = await createRegistryDisk(left);
      const found = contentsOf(await after.registries.open(INTAKE));
      expect(moments.slice(from, to + 1)).toContainEqual(found);
      expect(after.log).toEqual([]);
      await after.storage.close();
    }
  };
  await fc.assert(fc.asyncProperty(fc.array(flush, { maxLength: 6 }), survives), { numRuns: 40 });
});

test('what a crash left of an older base is never applied to a newer one, and is tidied away', async () => {
  const { registries, storage, folder } = await createRegistryDisk();
  const opened = await registries.open(INTAKE);
  take(opened, 'connect', 'a');
  await registries.flush();
  take(opened, 'disconnect', 'a', 1);
  await registries.flush();
  const [journal = '', base = ''] = await storage.list('websocket');
  const { bytes = Buffer.alloc(0) } = (await storage.readContent(base, [REGISTRY_FORMAT], 'it')) ?? {};
  const generation = 'f'.repeat(16);
  const end = bytes.indexOf('\n');
  const header = bytes
    .toString('utf8', 0, end)
    .replace(/"generation":"\w+","sequence":1/, `"generation":"${generation}","sequence":2`);
  await storage.write(base, REGISTRY_FORMAT, [header, bytes.subarray(end + 1)]);
  const after = await createRegistryDisk(copyOf(folder));
  expect(contentsOf(await after.registries.open(INTAKE)).entries).toMatchObject({
    a: { firstSeenAt: expect.any(Number) },
  });
  expect((await after.registries.open(INTAKE)).registry.open).toBe(1);
  expect(journal).not.toContain(generation);
  expect(await after.storage.list('websocket')).toEqual([base]);
});
