import { expect, test } from 'vitest';
import { simulate } from './simulation.ts';

test('it tells whoever asks what is true, and needs no signature for it', async () => {
  const { world, vpns, websockets, url } = await simulate();
  const office = world.addEndpoint({ id: 'cvpn-endpoint-1', name: 'office' });
  world.addEndpoint({ id: 'cvpn-endpoint-2', region: 'us-east-1' });
  world.removeEndpoint(world.addEndpoint());
  const [first, second] = [world.connect(office), world.connect(office)];
  world.hang(first);
  world.disconnect(second);
  const api = websockets.addApi({ apiId: 'chat', name: 'chat' });
  websockets.connect(api);
  websockets.disconnect(websockets.connect(api), { isTold: false });

  const vpn = vpns.addConnection({
    id: 'vpn-1',
    name: 'branch',
    gateway: 'transit',
    routes: ['10.0.0.0/8'],
    tunnels: [{ outsideIp: '203.0.113.3' }, { outsideIp: '203.0.113.5', routes: 7 }],
  });
  vpns.stall(vpn, 0);
  vpns.addConnection({ id: 'vpn-2', region: 'us-east-1', state: 'pending', routing: 'static' });
  vpns.removeConnection(vpns.addConnection());

  const response = await fetch(`${url}/truth`);
  expect(response.headers.get('content-type')).toBe('application/json');
  const none = { active: 0, 'failed-to-terminate': 0, terminating: 0, terminated: 0 };
  expect(await response.json()).toEqual({
    client_vpn: {
      'cvpn-endpoint-1': {
        name: 'office',
        connections: { ...none, 'failed-to-terminate': 1, terminated: 1 },
        opened: 2,
        ended: 1,
      },
      'cvpn-endpoint-2': { name: '', connections: none, opened: 0, ended: 0 },
    },
    site_to_site_vpn: {
      'vpn-1': {
        name: 'branch',
        state: 'available',
        gateway: 'transit',
        routing: 'bgp',
        routes: ['10.0.0.0/8'],
        tunnels: {
          '203.0.113.3': {
            status: 'DOWN',
            message: 'IPSEC IS UP',
            since: '2026-01-01T00:00:00.000Z',
            routes: 0,
          },
          '203.0.113.5': {
            status: 'UP',
            message: '7 BGP ROUTES',
            since: '2026-01-01T00:00:00.000Z',
            routes: 7,
          },
        },
      },
      'vpn-2': {
        name: '',
        state: 'pending',
        gateway: 'virtual-private',
        routing: 'static',
        routes: [],
        tunnels: {},
      },
    },
    websocket: { chat: { name: 'chat', alive: 1 } },
  });
});
