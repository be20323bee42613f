import { expect, test } from 'vitest';
import { startRig, until } from '../../support/exporter.ts';

test('what a pass came to is told together with its numbers, not while they are still being rendered', async () => {
  const rig = await startRig({ client_vpn: { connections: { enabled: true, max: 5_000 } } });
  const endpoint = rig.world.addEndpoint();
  for (let n = 0; n < 5_000; n += 1) rig.world.connect(endpoint);
  const pass = rig.pass();
  await rig.listed(1);
  let ended = false;
  void pass.then(() => {
    ended = true;
  });
  const seen = new Set<string>();
  let scrapes = 0;
  await until(async () => {
    const text = Buffer.concat(await rig.exporter.scrape('text', false)).toString();
    const shown = (name: string) => new RegExp(`^${name}\\{.* (\\d)$`, 'm').exec(text)?.[1] ?? 'none';
    const own = ['target_up', 'passes_total', 'collector_success'].map(
      (name) => `${name} ${shown(`aws_connections_exporter_${name}`)}`,
    );
    seen.add([`up ${shown('aws_client_vpn_up')}`, ...own].join(', '));
    scrapes += 1;
    return ended && seen.size > 1;
  });
  // Many, or nothing was rendered meanwhile.
  expect(scrapes).toBeGreaterThan(3);
  expect([...seen]).toEqual([
    'up none, target_up none, passes_total 0, collector_success none',
    'up 1, target_up 1, passes_total 1, collector_success 1',
  ]);
});

test('what families say stays as it was when they were asked, however late it is read', async () => {
  const rig = await startRig({
    client_vpn: { users: { enabled: true }, connections: { enabled: true, max: 10 } },
  });
  const endpoint = rig.world.addEndpoint();
  const id = rig.world.connect(endpoint, { username: 'alice' });
  rig.world.talk(id, { ingressBytes: 1 });
  await rig.pass();
  const read = (taken: readonly Iterable<unknown>[]) => taken.map((samples) => JSON.stringify([...samples]));
  const families = rig.exporter.families();
  const before = read(families.map((family) => family.samples()));
  const taken = families.map((family) => family.samples());
  rig.world.talk(id, { ingressBytes: 1 });
  rig.world.connect(endpoint, { username: 'bob' });
  await rig.pass();
  expect(read(families.map((family) => family.samples()))).not.toEqual(before);
  expect(read(taken)).toEqual(before);
});
