import { expect, test } from 'vitest';
import { simulate } from './simulation.ts';

test('it tells whoever asks what is true, and needs no signature for it', async () => {
  const { world, websockets, url } = await simulate();
  const office = world.addEndpoint({ id: 'cvpn-endpoint-1', name: 'office' });
  world.addEndpoint({ id: 'cvpn-endpoint-2', region: 'us-east-1' });
  world.removeEndpoint(world.addEndpoint());
  const [first, second] = [world.connect(office), world.connect(office)];
  world.hang(first);
  world.disconnect(second);
  const api = websockets.addApi({ apiId: 'chat', name: 'chat' });
  websockets.connect(api);
  websockets.disconnect(websockets.connect(api), { isTold: false });

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
    websocket: { chat: { name: 'chat', alive: 1 } },
  });
});
