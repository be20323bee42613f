import type { VpnSpec } from './spec.ts';
import { createVpnWorld, type VpnWorld, type VpnWorldOptions } from './world.ts';

const hourMs = 60 * 60 * 1000;

const sites: readonly { readonly spec: VpnSpec; readonly upForHours: readonly [number, number] }[] = [
  {
    upForHours: [300, 7],
    spec: {
      region: 'eu-west-1',
      id: 'vpn-0b4a7c1d2e3f45a61',
      name: 'branch',
      gateway: 'transit',
      bgpAsn: 65_010,
      tags: { team: 'network', env: 'prod' },
      pace: { meanUpSeconds: Number.POSITIVE_INFINITY, meanDownSeconds: 60, meanRoutesSeconds: 90 },
    },
  },
  {
    upForHours: [30, 1],
    spec: {
      region: 'us-east-1',
      id: 'vpn-0d9e8f7a6b5c43212',
      name: 'warehouse',
      routing: 'static',
      routes: ['10.93.0.0/16'],
      tags: { team: 'factory', env: 'prod' },
      pace: { meanUpSeconds: 150, meanDownSeconds: 45, meanRoutesSeconds: Number.POSITIVE_INFINITY },
    },
  },
];

/** Two VPN connections in two regions: one learns routes by BGP on a transit gateway, one is static, and its second tunnel goes down now and then. */
export function livelyVpnWorld(options: VpnWorldOptions = {}): VpnWorld {
  const world = createVpnWorld(options);
  for (const { spec, upForHours } of sites) {
    const [first, second] = upForHours.map((hours) => ({
      routes: 4,
      changedAt: world.now() - hours * hourMs,
    }));
    world.addConnection({
      ...spec,
      tunnels: [{ ...first, isSteady: spec.routing === 'static' }, { ...second }],
    });
  }
  return world;
}
