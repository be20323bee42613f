import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { contentsOf, copyOf, createRegistryDisk } from '../../support/registry-disk.ts';

/** Folders that version 0.1 left when it was killed: as it was released, and as it was before columns, when journals had a note of their end. */
const FOLDERS = ['registry-0.1', 'registry-0.1-with-end'];
const INTAKE = {
  endpointId: 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod',
  source: 'intake',
  detail: '',
} as const;
const LISTING = {
  endpointId: 'b1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod',
  source: 'file',
  detail: '/srv/ids.jsonl',
} as const;

/** The files of a folder by how they end, and what the first line of the base says. */
function filesOf(folder: string, name: string) {
  const files = readdirSync(join(folder, 'websocket')).filter((file) => file.startsWith(name));
  const base = files.find((file) => file.endsWith('.registry')) ?? '';
  const [format] = readFileSync(join(folder, 'websocket', base), 'latin1').split('\n');
  return { format, endings: files.map((file) => file.split('.').at(-1)).sort() };
}

test.each(FOLDERS)('what %s holds is read, written anew as columns, and read again', async (fixture) => {
  const folder = copyOf(join(import.meta.dirname, '../../fixtures', fixture));
  const first = await createRegistryDisk(folder);
  const [intake, listing] = [await first.registries.open(INTAKE), await first.registries.open(LISTING)];
  const truth = [contentsOf(intake), contentsOf(listing)];
  expect(truth[0]?.registry).toEqual({ opened: 7, closed: 1, missed: 0, listedAt: undefined });
  expect(Object.keys(truth[0]?.entries ?? {}).sort()).toEqual(
    [...[1, 2, 3, 4, 5].map((n) => `L0SM9cOFvHcCI${n}w=`), 'gbgBR89uMQAYKEiZJA==', 'late~id'].sort(),
  );
  expect(truth[0]?.entries['L0SM9cOFvHcCI1w=']).toMatchObject({ end: 'closed', isUndecided: false });
  expect(truth[0]?.entries['gbgBR89uMQAYKEiZJA==']).toMatchObject({ lastSeenAt: expect.any(Number) });
  expect(truth[1]?.registry).toEqual({ opened: 0, closed: 0, missed: 2, listedAt: expect.any(Number) });
  expect(truth[1]?.entries).toMatchObject({
    'L0SM9cOFvHcCIhw=': { connectedAt: undefined },
    'gbgBR89uMQAYKEiZJA==': { end: 'expired', connectedAt: Date.UTC(2026, 10, 26, 20) },
    '~odd~': { end: 'expired', connectedAt: 1_790_000_000_000 },
  });
  expect(truth[1]?.totals.lookups.error).toBeGreaterThan(1);

  await first.registries.flush();
  for (const { endpointId } of [INTAKE, LISTING])
    expect(filesOf(folder, endpointId.split('.')[0] ?? '')).toEqual({
      format: 'aws-connections-exporter websocket-registry 2',
      endings: ['registry'],
    });
  const again = await createRegistryDisk(copyOf(folder));
  expect([
    contentsOf(await again.registries.open(INTAKE)),
    contentsOf(await again.registries.open(LISTING)),
  ]).toEqual(truth);
  expect([first.log, again.log]).toEqual([[], []]);
});

test('a crash before the columns are written leaves what version 0.1 wrote, journal and all', async () => {
  const folder = copyOf(join(import.meta.dirname, '../../fixtures/registry-0.1'));
  const { registries } = await createRegistryDisk(folder, () => ({
    write: () => Promise.reject(new Error('ENOSPC')),
  }));
  const truth = contentsOf(await registries.open(INTAKE));
  await registries.flush();
  const again = await createRegistryDisk(copyOf(folder));
  expect(contentsOf(await again.registries.open(INTAKE))).toEqual(truth);
  expect(filesOf(folder, 'a1b2c3d4e5').format).toMatch(/registry 1$/);
});
