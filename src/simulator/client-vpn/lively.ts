import type { WorldOptions } from '../wire/steps.ts';
import type { EndpointSpec } from './endpoint.ts';
import { inventClient, inventTraffic } from './evolution.ts';
import { createWorld, type World } from './world.ts';

const minuteMs = 60 * 1000;

const offices: readonly { readonly spec: EndpointSpec; readonly clients: number }[] = [
  {
    clients: 180,
    spec: {
      region: 'eu-west-1',
      name: 'headquarters',
      description: 'Staff of the head office',
      vpcId: 'vpc-0a1b2c3d4e5f60718',
      clientCidrBlock: '10.90.0.0/16',
      authentication: ['certificate-authentication', 'directory-service-authentication'],
      tags: { team: 'network', env: 'prod' },
      arrivalsPerMinute: 12,
    },
  },
  {
    clients: 90,
    spec: {
      region: 'eu-west-1',
      name: 'contractors',
      description: 'Single sign-on, short sessions',
      vpcId: 'vpc-0a1b2c3d4e5f60718',
      clientCidrBlock: '10.91.0.0/18',
      authentication: 'federated-authentication',
      transportProtocol: 'tcp',
      sessionTimeoutHours: 8,
      tags: { team: 'partners', env: 'prod' },
      arrivalsPerMinute: 8,
    },
  },
  {
    clients: 60,
    spec: {
      region: 'us-east-1',
      name: 'plant',
      description: 'Maintenance of the assembly lines',
      vpcId: 'vpc-0f9e8d7c6b5a43210',
      clientCidrBlock: '10.92.0.0/20',
      splitTunnel: false,
      vpnPort: 1194,
      tags: { team: 'factory', env: 'prod' },
      arrivalsPerMinute: 6,
    },
  },
];

/** A world in the middle of a working day: three endpoints in two regions, a few hundred people, more moves every few seconds of stepping. */
export function livelyWorld(options: WorldOptions = {}): World {
  const world = createWorld(options);
  for (const { spec, clients } of offices) {
    const endpointId = world.addEndpoint(spec);
    for (let n = 0; n < clients; n++) settle(world, endpointId, n);
  }
  return world;
}

/** One client who came before the world was looked at: most are still there, some left, a few are leaving or hang. */
function settle(world: World, endpointId: string, n: number): void {
  const { random } = world;
  const seconds = 60 + random.below(3 * 60 * 60);
  const id = world.connect(endpointId, {
    ...inventClient(random),
    establishedAt: world.now() - seconds * 1000,
  });
  world.talk(id, inventTraffic(random, 3_000 * seconds));
  if (n % 30 === 0) world.hang(id);
  else if (n % 30 === 1) world.beginTerminate(id);
  else if (n % 5 === 2)
    world.disconnect(id, world.now() - random.below(Math.min(seconds * 1000, 50 * minuteMs)));
}
