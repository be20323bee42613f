import fc from 'fast-check';
import { expect, test } from 'vitest';
import { livelyVpnWorld } from '../../../src/simulator/site-to-site-vpn/lively.ts';
import { createVpnWorld, type VpnWorld } from '../../../src/simulator/site-to-site-vpn/world.ts';
import { simulate } from '../simulation.ts';
import { ask } from '../wire.ts';

const start = Date.UTC(2026, 0, 1);
const places = [
  { accountId: '111122223333', region: 'eu-west-1' },
  { accountId: '444455556666', region: 'us-east-1' },
];
const turnover = { arrivalsPerMinute: 2, meanStaySeconds: 400, places };

/** A world that chance moves, and its clock. */
function moving(seed: number) {
  let now = start;
  const world = createVpnWorld({ seed, now: () => now, turnover });
  return {
    world,
    step(seconds: number) {
      now += seconds * 1000;
      return world.step(seconds);
    },
  };
}

const truths = (world: VpnWorld) => world.everywhere().map(({ id }) => [id, world.truth(id)] as const);

test('after any moves the wire shows what was done', async () => {
  const { vpns, url, advance } = await simulate();
  const kinds = ['bringUp', 'takeDown', 'stall', 'learn', 'wait'] as const;
  const move = fc.record({
    kind: fc.constantFrom(...kinds),
    tunnel: fc.constantFrom(0, 1),
    routes: fc.nat(1_000),
  });
  let now = start;

  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 25, size: 'max' }), async (moves) => {
      const id = vpns.addConnection();
      const said = [0, 1].map(() => ({ status: 'UP', message: '2 BGP ROUTES', since: now, routes: 2 }));
      for (const { kind, tunnel, routes } of moves) {
        const model = said[tunnel];
        if (!model) throw new Error('a tunnel is missing');
        if (kind === 'wait') {
          advance(1_001);
          now += 1_001;
        } else if (kind === 'bringUp') {
          vpns.bringUp(id, tunnel, routes);
          Object.assign(model, { status: 'UP', message: `${routes} BGP ROUTES`, since: now, routes });
        } else if (kind === 'learn') {
          if (model.status === 'DOWN') continue;
          vpns.learn(id, tunnel, routes);
          Object.assign(model, { message: `${routes} BGP ROUTES`, routes });
        } else {
          vpns[kind](id, tunnel);
          const message = kind === 'stall' ? 'IPSEC IS UP' : 'IPSEC IS DOWN';
          Object.assign(model, { status: 'DOWN', message, since: now, routes: 0 });
        }
      }
      const reply = await ask({ url }, 'DescribeVpnConnections', { 'VpnConnectionId.1': id });
      expect([
        reply.all('status'),
        reply.all('statusMessage'),
        reply.all('lastStatusChange').map(Date.parse),
        reply.all('acceptedRouteCount').map(Number),
      ]).toEqual([
        said.map(({ status }) => status),
        said.map(({ message }) => message),
        said.map(({ since }) => since),
        said.map(({ routes }) => routes),
      ]);
    }),
    { numRuns: 60 },
  );
});

test('a static connection has no BGP: nothing learned, nothing to stall, and few words while it is up', () => {
  const world = createVpnWorld();
  const id = world.addConnection({ routing: 'static', routes: ['10.0.0.0/8'] });
  expect(world.truth(id).tunnels).toMatchObject(Array(2).fill({ status: 'UP', message: '', routes: 0 }));
  world.bringUp(id, 1);
  expect(world.truth(id).tunnels[1]).toMatchObject({ status: 'UP', message: 'IPSEC IS UP', routes: 0 });
  expect(() => world.stall(id, 0)).toThrow('no BGP');
  expect(() => world.learn(id, 0, 3)).toThrow('no BGP');
  world.addRoute(id, '10.1.0.0/16');
  world.dropRoute(id, '10.0.0.0/8');
  expect(world.truth(id).routes).toEqual(['10.1.0.0/16']);
});

test('moves that cannot be are refused', () => {
  const world = createVpnWorld();
  const id = world.addConnection();
  world.takeDown(id, 0);
  expect(() => world.addConnection({ id })).toThrow('already');
  expect(() => world.learn(id, 0, 3)).toThrow('no BGP session');
  expect(() => world.bringUp(id, 2)).toThrow('no tunnel 2');
  expect(() => world.dropRoute(id, '10.0.0.0/8')).toThrow('no route');
  expect(() => world.setTags('vpn-no', {})).toThrow('no VPN connection');
  world.setState(id, 'deleted');
  expect(() => world.setState(id, 'available')).toThrow('deleted');
  world.removeConnection(id);
  expect(() => world.truth(id)).toThrow('no VPN connection');
});

test('tags change as somebody sets them, and the name with them', () => {
  const world = createVpnWorld();
  const id = world.addConnection({ name: 'branch' });
  world.setTags(id, { 'expected-tunnels': 'both, I think' });
  expect(world.truth(id).name).toBe('');
  world.setTags(id, { Name: 'plant' });
  expect(world.truth(id).name).toBe('plant');
});

test('equal seeds give equal worlds, other seeds other ones', () => {
  const history = (seed: number) => {
    const { world, step } = moving(seed);
    return Array.from({ length: 60 }, () => [step(10), truths(world)]);
  };
  expect(history(7)).toEqual(history(7));
  expect(history(7)).not.toEqual(history(8));
});

test('chance does all that can be done, and says how much', () => {
  const seen = new Set<string>();
  for (const seed of [1, 2, 3]) {
    const { world, step } = moving(seed);
    let before = new Map(truths(world));
    for (let n = 0; n < 500; n++) {
      const moved = step(10);
      const after = new Map(truths(world));
      if (moved === 0) expect([...after]).toEqual([...before].filter(([id]) => after.has(id)));
      for (const [id, { state, gateway, routing, routes, tunnels }] of after) {
        const earlier = before.get(id);
        if (!earlier) seen.add('made');
        for (const trait of [state, gateway, routing]) seen.add(trait);
        if (earlier && earlier.routes.length !== routes.length) seen.add(`${routing} routes`);
        for (const [t, { status, message, changedAt, routes }] of tunnels.entries()) {
          const was = earlier?.tunnels[t];
          seen.add(`${status} ${message.replace(/^\d+/, 'n')}`);
          if (was?.status === 'UP' && status === 'UP' && was.changedAt !== changedAt) seen.add('flap');
          if (was?.routes !== routes && was?.changedAt === changedAt) seen.add('learned');
        }
      }
      for (const id of before.keys()) if (!after.has(id)) seen.add('forgotten');
      before = after;
    }
  }
  expect([...seen].sort()).toEqual(
    [
      ...['made', 'forgotten', 'flap', 'learned', 'static routes', 'static', 'bgp'],
      ...['pending', 'available', 'deleting', 'deleted'],
      ...['virtual-private', 'transit', 'core-network', 'concentrator', 'none'],
      ...['UP n BGP ROUTES', 'UP IPSEC IS UP', 'DOWN IPSEC IS DOWN', 'DOWN IPSEC IS UP'],
    ].sort(),
  );
});

test('what has no pace stays as it is, and so does a steady tunnel', () => {
  const world = createVpnWorld({ now: () => start });
  const pace = { meanUpSeconds: 1, meanDownSeconds: 1, meanRoutesSeconds: 1 };
  const still = world.addConnection();
  const mixed = world.addConnection({ pace, tunnels: [{ isSteady: true }, {}] });
  const statuses = new Set<string>();
  const before = [world.truth(still), world.truth(mixed).tunnels[0]];
  for (let n = 0; n < 50; n++) {
    world.step(1);
    statuses.add(world.truth(mixed).tunnels[1]?.status ?? 'none');
  }
  expect([world.truth(still), world.truth(mixed).tunnels[0]]).toEqual(before);
  expect([...statuses].sort()).toEqual(['DOWN', 'UP']);
});

test('every secret of the wire is told, for tests that look for them elsewhere', async () => {
  const { vpns, url } = await simulate();
  vpns.addConnection({ preSharedKeyArn: 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:vpn' });
  vpns.removeConnection(vpns.addConnection());
  const { body, all } = await ask({ url }, 'DescribeVpnConnections');
  expect(vpns.secrets()).toHaveLength(5);
  expect(
    [...all('preSharedKey'), ...all('preSharedKeyArn')].filter((secret) => vpns.secrets().includes(secret)),
  ).toHaveLength(3);
  const inConfiguration = [...body.matchAll(/&lt;pre_shared_key&gt;(.{32})&lt;/g)].map(([, key]) => key);
  expect(inConfiguration).toEqual(all('preSharedKey'));
});

test('a lively world has two connections in two regions, whose routes and one tunnel come and go', () => {
  for (const seed of [1, 2, 3, 4, 5]) {
    let now = start;
    const world = livelyVpnWorld({ seed, now: () => now });
    expect(
      truths(world).map(([, { name, gateway, routing, state }]) => [name, gateway, routing, state]),
    ).toEqual([
      ['branch', 'transit', 'bgp', 'available'],
      ['warehouse', 'virtual-private', 'static', 'available'],
    ]);
    const ages = truths(world).flatMap(([, { tunnels }]) =>
      tunnels.map(({ changedAt }) => start - changedAt),
    );
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(60 * 60 * 1000);

    const routes = new Set<number>();
    const statuses = new Map<string, Set<string>>();
    for (let n = 0; n < 1800; n++) {
      now += 1_000;
      world.step(1);
      for (const [, { name, tunnels }] of truths(world))
        tunnels.forEach((tunnel, t) => {
          if (name === 'branch') routes.add(tunnel.routes);
          const key = `${name} ${t}`;
          statuses.set(key, (statuses.get(key) ?? new Set()).add(tunnel.status));
        });
    }
    expect(routes.size).toBeGreaterThan(3);
    expect([...statuses].filter(([, both]) => both.has('DOWN')).map(([key]) => key)).toEqual(['warehouse 1']);
  }
});
