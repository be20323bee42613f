import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ListedIds } from '../../../src/collectors/websocket/columns/listed-ids.ts';
import type { RegistryKey } from '../../../src/collectors/websocket/registry/kept-registry.ts';
import { contentsOf, copyOf, createRegistryDisk, INTAKE, START, take } from '../../support/registry-disk.ts';

const LISTING = { ...INTAKE, source: 'file', detail: '/ids' } as const;
const BASE = /^websocket\/api_example_com_prod_intake_[0-9a-f]{16}\.registry$/;
const JOURNAL = /^websocket\/api_example_com_prod_intake_[0-9a-f]{16}\.[0-9a-f]{16}\.journal$/;

/** What a new process reads from the folder as it is now. */
async function readBack(folder: string, key: RegistryKey = INTAKE) {
  const { registries, log, storage } = await createRegistryDisk(copyOf(folder));
  return { contents: contentsOf(await registries.open(key)), log, files: await storage.list('websocket') };
}

test('a new process finds what was flushed: a base first, then journals of what changed', async () => {
  const { registries, storage, folder } = await createRegistryDisk();
  const opened = await registries.open(INTAKE);
  take(opened, 'connect', 'L0SM9cOFvHcCIhw=');
  take(opened, 'connect', 'gbgBR89uMQAYKEiZJA==', 1);
  await registries.flush();
  expect(await storage.list('websocket')).toEqual([expect.stringMatching(BASE)]);
  take(opened, 'message', 'gbgBR89uMQAYKEiZJA==', 2);
  take(opened, 'disconnect', 'L0SM9cOFvHcCIhw=', 3);
  opened.registry.learn([['gbgBR89uMQAYKEiZJA==', { status: 'gone' }]], START + 40_000);
  const outcome = { status: 'alive', connectedAt: START, lastActiveAt: START } as const;
  opened.totals.add([['x', outcome]], { now: START + 1000, idleAfterMs: 1 });
  await registries.flush();
  expect(await storage.list('websocket')).toEqual([
    expect.stringMatching(JOURNAL),
    expect.stringMatching(BASE),
  ]);
  const { contents, log } = await readBack(folder);
  expect(contents).toEqual(contentsOf(opened));
  expect(contents.registry).toEqual({ opened: 2, closed: 1, missed: 0, listedAt: undefined });
  expect(contents.entries['gbgBR89uMQAYKEiZJA==']).toMatchObject({ end: 'gone', isUndecided: true });
  expect(log).toEqual([]);
});

test('a listing is found again, with what it delisted, and is not the first any more', async () => {
  const { registries, folder } = await createRegistryDisk();
  const opened = await registries.open(LISTING);
  const list = (ids: string[], at: number) =>
    opened.registry.post({ ids: new ListedIds(ids.map((id) => [id, undefined])), beganAt: at }, at);
  list(['a', 'b', 'c'], START);
  await registries.flush();
  opened.registry.learn([['a', { status: 'gone' }]], START + 1);
  list(['b'], START + 2);
  await registries.flush();
  const { contents } = await readBack(folder, LISTING);
  expect(contents).toEqual(contentsOf(opened));
  expect(Object.keys(contents.entries).sort()).toEqual(['a', 'b']);
  expect(contents.entries.a).toMatchObject({ delistedAt: START + 2 });
  expect(contents.registry.listedAt).toBeDefined();
});

test('an empty first listing and a pass of look-ups are something to write, nothing at all is not', async () => {
  const { registries, folder, storage } = await createRegistryDisk();
  const opened = await registries.open(LISTING);
  await registries.flush();
  expect(await storage.list('websocket')).toEqual([]);
  opened.registry.post({ ids: new ListedIds(), beganAt: START }, START);
  await registries.flush();
  expect((await readBack(folder, LISTING)).contents.registry.listedAt).toBeDefined();
  opened.totals.add([['x', { status: 'error' }]], { now: START, idleAfterMs: 1 });
  await registries.flush();
  expect((await readBack(folder, LISTING)).contents.totals.lookups.error).toBe(1);
  const files = await storage.list('websocket');
  const before = files.map((name) => readFileSync(join(folder, name), 'utf8'));
  await registries.flush();
  expect(files.map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual(before);
});

test('the same key opens the same opened, also when asked for twice at once; other sources and details open others', async () => {
  const { registries } = await createRegistryDisk();
  const keys = [
    INTAKE,
    LISTING,
    { ...LISTING, source: 'dynamodb' },
    { ...LISTING, detail: '/other' },
  ] as const;
  const both = await Promise.all([...keys, ...keys].map((key) => registries.open({ ...key })));
  const first = both.slice(0, keys.length);
  const again = await Promise.all(keys.map((key) => registries.open(key)));
  expect(new Set([...both, ...again])).toEqual(new Set(first));
  expect(again.map((opened, index) => opened === first[index] && opened === both[index + 4])).toEqual(
    keys.map(() => true),
  );
  expect(first.map(({ registry }) => registry.kind)).toEqual(['events', 'listing', 'listing', 'listing']);
});

test('what endpoints are called cannot lead out of the folder, nor clash, nor grow too long', async () => {
  const { registries, folder, storage } = await createRegistryDisk();
  const ids = [
    '../../x',
    '..',
    '/etc/passwd',
    'a/b',
    'a_b',
    'a.b',
    'a\0b',
    'a\ud800b',
    '',
    'x.broken-y',
    'é'.repeat(500),
  ];
  for (const endpointId of ids) take(await registries.open({ ...INTAKE, endpointId }), 'connect', endpointId);
  await registries.flush();
  const names = await storage.list('websocket');
  expect(names).toHaveLength(ids.length);
  for (const name of names) expect(name).toMatch(/^websocket\/[A-Za-z0-9_-]{1,180}\.registry$/);
  expect(readdirSync(folder).sort()).toEqual(['lock', 'websocket']);
  for (const endpointId of ids) {
    const { contents } = await readBack(folder, { ...INTAKE, endpointId });
    expect(Object.keys(contents.entries)).toEqual([endpointId]);
  }
});

test('a journal that has grown long, before a restart or after it, gives way to a new base, and begins anew', async () => {
  const { registries, folder, storage } = await createRegistryDisk();
  const opened = await registries.open(INTAKE);
  take(opened, 'connect', 'a');
  await registries.flush();
  const [base = ''] = await storage.list('websocket');
  const before = readFileSync(join(folder, base), 'utf8');
  for (let index = 0; index < 4_998; index += 1) take(opened, 'connect', `id ${index}`);
  await registries.flush();
  for (let index = 0; index < 4_999; index += 1) take(opened, 'message', `id ${index}`, 1);
  await registries.flush();
  // 4,998 and 4,999 changes, each with a line of state: 9,999 lines.
  expect(await storage.list('websocket')).toEqual([expect.stringMatching(JOURNAL), base]);
  expect(readFileSync(join(folder, base), 'utf8')).toBe(before);
  const next = await createRegistryDisk(copyOf(folder));
  for (const each of [
    { registries, storage, opened },
    { ...next, opened: await next.registries.open(INTAKE) },
  ]) {
    take(each.opened, 'message', 'a', 2);
    await each.registries.flush();
    expect(await each.storage.list('websocket')).toEqual([base]);
  }
  expect((await readBack(folder)).contents).toEqual(contentsOf(opened));
  take(opened, 'message', 'a', 3);
  await registries.flush();
  expect(await storage.list('websocket')).toEqual([expect.stringMatching(JOURNAL), base]);
});

test('changes without end while the disk hangs are not remembered one by one', async () => {
  let release = () => {};
  const hanging = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { registries, folder } = await createRegistryDisk(undefined, ({ append }) => ({
    append: async (...args) => {
      await hanging;
      await append(...args);
    },
  }));
  const opened = await registries.open(INTAKE);
  take(opened, 'connect', 'first');
  await registries.flush();
  take(opened, 'connect', 'second');
  const flushed = registries.flush();
  registries.maxConnections = 100;
  for (let index = 0; index < 30_000; index += 1) {
    const connectionId = `id ${index}`;
    for (const type of ['connect', 'disconnect'] as const)
      opened.registry.take(
        { type, connectionId, connectedAt: undefined },
        START + index,
        registries.makeRoom,
      );
  }
  const { entries } = opened as unknown as { entries: { changed: number } };
  expect([opened.registry.size, entries.changed]).toEqual([100, Number.POSITIVE_INFINITY]);
  release();
  await flushed;
  await registries.flush();
  const { contents } = await readBack(folder);
  expect(contents).toEqual(contentsOf(opened));
  expect(contents.registry.closed).toBe(30_000);
});

test('room is made by forgetting the longest dead of any source of events, and there is none where all can be alive', async () => {
  const { registries } = await createRegistryDisk();
  registries.maxConnections = 4;
  const one = await registries.open(INTAKE);
  const other = await registries.open({ ...INTAKE, endpointId: 'other' });
  const listing = await registries.open(LISTING);
  const ids = new ListedIds([
    ['x', START - 3 * 3_600_000],
    ['y', undefined],
  ]);
  listing.registry.post({ ids, beganAt: START }, START);
  const tell = (opened: typeof one, type: 'connect' | 'disconnect', connectionId: string, at: number) =>
    opened.registry.take({ type, connectionId, connectedAt: undefined }, START + at, registries.makeRoom);
  for (const id of ['a', 'b', 'c']) expect(tell(one, 'connect', id, 0)).toBe('accepted');
  expect(tell(other, 'disconnect', 'd', 1)).toBe('accepted');
  tell(one, 'disconnect', 'a', 2);
  expect(tell(one, 'connect', 'e', 3)).toBe('accepted');
  expect([one.registry.size, other.registry.size]).toEqual([4, 0]);
  expect(tell(other, 'connect', 'f', 4)).toBe('accepted');
  expect([one.registry.size, one.registry.open, other.registry.size]).toEqual([3, 3, 1]);
  expect(tell(other, 'connect', 'g', 5)).toBe('over_capacity');
  expect(listing.registry.size).toBe(2);
  registries.maxConnections = 2;
  tell(one, 'disconnect', 'b', 6);
  tell(one, 'disconnect', 'c', 7);
  tell(one, 'disconnect', 'e', 8);
  expect(tell(other, 'connect', 'h', 9)).toBe('accepted');
  expect([one.registry.size, other.registry.size]).toEqual([0, 2]);
});

test.each([
  ['its base is damaged', (text: string) => text.replace('"opened":1', '"opened":2')],
  ['its base is cut short', (text: string) => text.slice(0, -10)],
  ['its base is of another format', (text: string) => text.replace('registry 2', 'registry 3')],
])('a registry begins anew when %s; the file and its journal are kept aside', async (_, change) => {
  const { registries, storage, folder } = await createRegistryDisk();
  const opened = await registries.open(INTAKE);
  take(opened, 'connect', 'a');
  await registries.flush();
  take(opened, 'connect', 'b');
  await registries.flush();
  const [, base = ''] = await storage.list('websocket');
  writeFileSync(join(folder, base), change(readFileSync(join(folder, base), 'latin1')), 'latin1');
  const { contents, log, files } = await readBack(folder);
  expect([contents.entries, contents.registry.opened, files]).toEqual([{}, 0, []]);
  // With its base a journal makes no sense, but may tell people what was lost.
  expect(log).toEqual([
    expect.stringMatching(/^error A stored file is broken and was set aside.*\.registry"/),
    expect.stringMatching(
      /^error A stored file is broken and was set aside.*\.journal".*base .* missing or broken/,
    ),
  ]);
});

test.each(['base', 'journal'] as const)(
  'a whole %s that makes no sense is set aside with the reason',
  async (what) => {
    const { registries, storage, folder } = await createRegistryDisk();
    const opened = await registries.open(INTAKE);
    take(opened, 'connect', 'a');
    await registries.flush();
    take(opened, 'connect', 'b');
    await registries.flush();
    const [journal = '', base = ''] = await storage.list('websocket');
    const format = readFileSync(join(folder, base), 'utf8').split('\n')[0] ?? '';
    if (what === 'base') await storage.write(base, format, ['[]']);
    else await storage.append(journal, ['{}']);
    const { contents, log, files } = await readBack(folder);
    expect([contents.entries, files]).toEqual([{}, []]);
    expect(log[0]).toMatch('one of its lines is not the state of a registry');
    expect(log[1]).toMatch(/\.journal".*the base that it goes on from is missing or broken/);
    expect(log).toHaveLength(2);
  },
);

test('a registry that is there and cannot be read is not written over, and is found as soon as it can be', async () => {
  const first = await createRegistryDisk();
  const opened = await first.registries.open(INTAKE);
  take(opened, 'connect', 'a');
  await first.registries.flush();
  take(opened, 'connect', 'b');
  await first.registries.flush();
  const folder = copyOf(first.folder);
  for (const file of await first.storage.list('websocket')) {
    const path = join(folder, file);
    renameSync(path, `${path}.moved`);
    mkdirSync(path);
    const { registries } = await createRegistryDisk(copyOf(folder));
    const error =
      /^the registry of connections websocket\/\S+ below --storage\.path cannot be read \(it is a folder\): mend it or/;
    await expect(registries.open(INTAKE)).rejects.toThrow(error);
    await registries.flush();
    rmSync(path, { recursive: true });
    renameSync(`${path}.moved`, path);
  }
  let isBroken = true;
  const { registries } = await createRegistryDisk(folder, ({ readContent }) => ({
    readContent: (...args) => (isBroken ? Promise.reject(new Error('EIO')) : readContent(...args)),
  }));
  await expect(registries.open(INTAKE)).rejects.toThrow('EIO');
  isBroken = false;
  expect(contentsOf(await registries.open(INTAKE))).toEqual(contentsOf(opened));
});

test('a disk that refuses is complained of once, forgets nothing, and is said to be well when it takes all', async () => {
  let refused = new Set<string>();
  const guard = <A extends unknown[]>(what: string, work: (...args: A) => Promise<void>) => {
    return (...args: A) => (refused.has(what) ? Promise.reject(new Error('ENOSPC')) : work(...args));
  };
  const { registries, folder, log } = await createRegistryDisk(undefined, ({ write, append }) => ({
    write: guard('write', write),
    append: guard('append', append),
  }));
  const all = [await registries.open(INTAKE), await registries.open({ ...INTAKE, endpointId: 'other' })];
  let at = 0;
  const flushAfterEvents = async () => {
    at += 1;
    for (const opened of all) take(opened, 'connect', `id ${at}`, at);
    await registries.flush();
  };
  await flushAfterEvents();
  for (const what of [['append', 'write'], ['append'], ['append'], [], ['append']]) {
    refused = new Set(what);
    await flushAfterEvents();
  }
  const both = '{"count":2,"such_as":"api.example.com/prod, other"';
  const complaint = expect.stringMatching(/^error Known connections were not written: /);
  const relief = `info Known connections are written again ${both},"times":1,"for_seconds":0}`;
  // A refused append is made up for by writing all anew, which ends the outage: there were three.
  expect(log).toEqual([complaint, relief, complaint, relief, complaint]);
  expect(log[0]).toContain(`${both},"err":"ENOSPC"}`);
  refused = new Set();
  await registries.flush();
  for (const [index, endpointId] of [INTAKE.endpointId, 'other'].entries()) {
    const { contents } = await readBack(folder, { ...INTAKE, endpointId });
    expect(contents).toEqual(all.map(contentsOf)[index]);
  }
});

test('a removed registry is gone with its files, whatever is being written, and opens anew', async () => {
  const { registries, storage } = await createRegistryDisk();
  const opened = await registries.open(INTAKE);
  const other = await registries.open({ ...INTAKE, endpointId: 'other' });
  for (const [index, id] of ['a', 'b'].entries()) {
    for (const each of [opened, other]) take(each, 'connect', id, index);
    await registries.flush();
  }
  take(opened, 'connect', 'c');
  const flushed = registries.flush();
  const removed = registries.remove(opened);
  const anew = await registries.open(INTAKE);
  await Promise.all([flushed, removed]);
  expect(anew).not.toBe(opened);
  expect(contentsOf(anew).entries).toEqual({});
  const files = await storage.list('websocket');
  expect(files.map((name) => name.split('_')[0])).toEqual(['websocket/other', 'websocket/other']);
  await registries.remove(opened);
  expect(await registries.open(INTAKE)).toBe(anew);
});

test('with nothing kept on disk all works from memory', async () => {
  const { registries, log } = await createRegistryDisk('');
  const opened = await registries.open(INTAKE);
  take(opened, 'connect', 'a');
  await registries.flush();
  await registries.flush();
  expect(await registries.open(INTAKE)).toBe(opened);
  await registries.remove(opened);
  expect([log, existsSync('websocket')]).toEqual([[], false]);
});

test.each(['.registry', '.journal'])(
  'a %s file that somebody removed is made up for by the next flush, though nothing changed',
  async (ending) => {
    const missing = new Set<string>();
    const { registries, storage, folder } = await createRegistryDisk(undefined, (real) => ({
      isMissing: (name) => missing.has(name),
      write: async (name, ...more) => {
        await real.write(name, ...more);
        missing.delete(name);
      },
      remove: async (name) => {
        await real.remove(name);
        missing.delete(name);
      },
    }));
    const opened = await registries.open(INTAKE);
    for (const [at, id] of ['a', 'b'].entries()) {
      take(opened, 'connect', id, at);
      await registries.flush();
    }
    const removed = (await storage.list('websocket')).find((name) => name.endsWith(ending)) ?? '';
    rmSync(join(folder, removed));
    missing.add(removed);
    await registries.flush();
    expect(missing).toEqual(new Set());
    const { contents, log } = await readBack(folder);
    expect([contents, log]).toEqual([contentsOf(opened), []]);
  },
);
