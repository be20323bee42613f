import fc from 'fast-check';
import { expect, test } from 'vitest';
import { livelyWorld } from '../../../src/simulator/client-vpn/lively.ts';
import { createWorld } from '../../../src/simulator/client-vpn/world.ts';
import { simulate } from '../simulation.ts';
import { askAllConnections } from '../wire.ts';

const counters = ['ingressBytes', 'egressBytes', 'ingressPackets', 'egressPackets'] as const;
const living = ['active', 'terminating', 'failed-to-terminate'];

test('after any moves the truth is the sum of all that was said, and the rows show it of those still listed', async () => {
  const { world, url, advance } = await simulate();
  const move = fc.record({
    kind: fc.constantFrom('connect', 'talk', 'talk', 'beginTerminate', 'hang', 'disconnect', 'wait'),
    which: fc.nat(),
    amounts: fc.tuple(fc.maxSafeNat(), fc.maxSafeNat(), fc.maxSafeNat(), fc.maxSafeNat()),
  });

  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 60, size: 'max' }), async (moves) => {
      const endpointId = world.addEndpoint();
      const said = new Map<string, { status: string; endedMinute?: number; sums: bigint[] }>();
      let minute = 0;

      for (const { kind, which, amounts } of moves) {
        const alive = [...said].filter(([, model]) => living.includes(model.status));
        const [id, model] = alive[which % Math.max(alive.length, 1)] ?? [];
        if (kind === 'wait') {
          advance(20 * 60_000);
          minute += 20;
        } else if (kind === 'connect' || !id || !model) {
          said.set(world.connect(endpointId), { status: 'active', sums: [0n, 0n, 0n, 0n] });
        } else if (kind === 'talk') {
          world.talk(id, Object.fromEntries(counters.map((counter, n) => [counter, amounts[n] ?? 0])));
          model.sums = model.sums.map((sum, n) => sum + BigInt(amounts[n] ?? 0));
        } else if (kind === 'disconnect') {
          world.disconnect(id);
          Object.assign(model, { status: 'terminated', endedMinute: minute });
        } else {
          world[kind](id);
          model.status = kind === 'hang' ? 'failed-to-terminate' : 'terminating';
        }
      }

      const all = [...said.values()];
      const truth = world.truth(endpointId);
      expect(counters.map((counter) => truth[counter])).toEqual(
        counters.map((_, n) => all.reduce((sum, model) => sum + (model.sums[n] ?? 0n), 0n)),
      );
      expect([truth.opened, truth.ended]).toEqual([
        all.length,
        all.filter((model) => model.status === 'terminated').length,
      ]);

      const listed = [...said].filter(([, { endedMinute }]) => (endedMinute ?? minute) >= minute - 60);
      const pages = await askAllConnections({ url }, endpointId);
      const rows = pages.flatMap((page) => {
        const columns = counters.map((counter) => page.all(counter).map(BigInt));
        const codes = page.all('code');
        return page
          .all('connectionId')
          .map((id, n) => [id, codes[n], columns.map((column) => column[n])] as const);
      });
      expect(new Map(rows.map(([id, code, sums]) => [id, { code, sums }]))).toEqual(
        new Map(listed.map(([id, { status, sums }]) => [id, { code: status, sums }])),
      );
      expect(rows).toHaveLength(listed.length);
      for (const [status, count] of Object.entries(truth.connections)) {
        expect([status, count]).toEqual([status, rows.filter(([, code]) => code === status).length]);
      }
    }),
    { numRuns: 60 },
  );
});

test('moves that cannot be are refused', () => {
  const world = createWorld();
  const endpointId = world.addEndpoint();
  const id = world.connect(endpointId);
  expect(() => world.talk(id, { ingressBytes: -1 })).toThrow('negative');
  expect(() => world.connect(endpointId, { id })).toThrow('already');
  expect(() => world.addEndpoint({ id: endpointId })).toThrow('already');
  world.disconnect(id);
  expect(() => world.talk(id, { ingressBytes: 1 })).toThrow('terminated');
  expect(() => world.hang(id)).toThrow('terminated');
  expect(() => world.talk('cvpn-connection-no', {})).toThrow('no connection');
  expect(() => world.connect('cvpn-endpoint-no')).toThrow('no endpoint');
});

test('equal seeds give equal worlds, other seeds other ones', () => {
  const history = (seed: number) => {
    let now = Date.UTC(2026, 0, 1);
    const world = livelyWorld({ seed, now: () => now });
    for (let n = 0; n < 30; n++, now += 2_000) world.step(2);
    return ['eu-west-1', 'us-east-1']
      .flatMap((region) => world.endpoints('111122223333', region))
      .map(({ id }) => [id, world.truth(id), world.connections(id).map((connection) => connection.row)]);
  };
  expect(history(7)).toEqual(history(7));
  expect(history(7)).not.toEqual(history(8));
});

test('a lively world has three named endpoints in two regions, and within a minute everything in it moves', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    let now = Date.UTC(2026, 0, 1);
    const world = livelyWorld({ seed, now: () => now });
    const endpoints = ['eu-west-1', 'us-east-1'].flatMap((region) => world.endpoints('111122223333', region));
    expect(endpoints.map(({ spec }) => spec.name).sort()).toEqual(['contractors', 'headquarters', 'plant']);

    const everEntered = new Set<string>();
    const before = endpoints.map(({ id }) => world.truth(id));
    let moved = 0;
    for (let second = 0; second < 60; second++) {
      const statusOf = () =>
        new Map(
          endpoints.flatMap(({ id }) => world.connections(id).map((one) => [one.id, one.status] as const)),
        );
      const earlier = statusOf();
      now += 1_000;
      moved += world.step(1);
      for (const [id, status] of statusOf()) if (earlier.get(id) !== status) everEntered.add(status);
    }

    expect(moved).toBeGreaterThan(20);
    expect(everEntered).toEqual(new Set([...living, 'terminated']));
    endpoints.forEach(({ id }, n) => {
      const truth = world.truth(id);
      for (const name of [...counters, 'opened', 'ended'] as const) {
        expect([name, truth[name] > (before[n]?.[name] ?? Number.POSITIVE_INFINITY)]).toEqual([name, true]);
      }
    });
  }
});

test('addresses come from the block of the endpoint', () => {
  const world = createWorld();
  const endpointId = world.addEndpoint({ clientCidrBlock: '172.16.255.0/24' });
  for (let n = 0; n < 3; n++) world.connect(endpointId);
  const shown = world.connections(endpointId).map((connection) => connection.text('clientIp'));
  expect(shown.sort()).toEqual(['172.16.255.2', '172.16.255.3', '172.16.255.4']);
});
