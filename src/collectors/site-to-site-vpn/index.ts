import { listedDomain } from '../../polling/listed.ts';
import { siteToSiteVpnConfig } from './config.ts';
import { createFamilies } from './families.ts';
import { NAME } from './name.ts';
import { REJECTABLE, toVpnConnection } from './record.ts';
import { dryRun, listVpnConnections } from './source.ts';

/** Site-to-Site VPN: DescribeVpnConnections turned into gauges of tunnels. */
export const siteToSiteVpn = listedDomain({
  name: NAME,
  title: 'Site-to-Site VPN',
  counted: 'tunnels',
  noun: 'Site-to-Site VPN connection',
  config: siteToSiteVpnConfig,
  docs: {
    intro:
      'Only with `site_to_site_vpn.enabled`. `endpoint_id` is the id of the VPN connection, `tunnel` the outside address of a tunnel.',
    everything: { enabled: true },
    optIn: [],
  },
  rejectable: REJECTABLE,
  action: 'ec2:DescribeVpnConnections',
  async list(aws, target, config, reject, signal) {
    const raws = await listVpnConnections(aws, target, signal);
    return raws.flatMap((raw) => toVpnConnection(raw, config, reject) ?? []);
  },
  dryRun,
  families: createFamilies,
  counts({ tunnels }) {
    const up = tunnels.filter(({ isUp }) => isUp).length;
    const down = tunnels.filter(({ isUp }) => isUp === false).length;
    return new Map(Object.entries({ up, down }));
  },
});
