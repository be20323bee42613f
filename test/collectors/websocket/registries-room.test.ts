import { expect, test } from 'vitest';
import { createRegistryDisk, INTAKE, take } from '../../support/registry-disk.ts';

test('a full registry forgets the longest dead, a thousandth of what it may remember at a time, and no open one', async () => {
  const { registries } = await createRegistryDisk();
  registries.maxConnections = 2_000;
  const opened = await registries.open(INTAKE);
  for (let n = 0; n < 1_000; n += 1) {
    take(opened, 'connect', `open ${n}`);
    take(opened, 'disconnect', `dead ${n}`, n);
  }

  expect(registries.makeRoom()).toBe(true);
  expect(opened.registry.size).toBe(1_998);
  expect(registries.makeRoom()).toBe(true);
  expect(opened.registry.size).toBe(1_998);
  for (const id of ['dead 0', 'dead 1', 'dead 2']) take(opened, 'connect', id);
  // Those forgotten are new again; the next is still dead.
  expect(opened.registry.open).toBe(1_002);
});

test('a full registry without any dead has no room', async () => {
  const { registries } = await createRegistryDisk();
  registries.maxConnections = 2;
  const opened = await registries.open(INTAKE);
  for (const id of ['a', 'b']) take(opened, 'connect', id);

  expect(registries.makeRoom()).toBe(false);
  expect(opened.registry.open).toBe(2);
});
