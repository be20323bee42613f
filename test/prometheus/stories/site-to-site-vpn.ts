import { expect } from 'vitest';
import { eventually } from '../../program/program.ts';
import { PLACE, VPN } from '../runbook-world.ts';
import { beginStory, EVERY_SECOND, type Prologue, type Story } from '../story.ts';
import { type Told, told } from '../told.ts';

const OF_CONNECTION = { ...PLACE, endpoint_id: VPN };
const UNKNOWN = 'vpn-00000000000000000';
const TWO_HOURS_SECONDS = 2 * 60 * 60;

const polling = (more = '') => ({
  clientVpn: 'enabled: false',
  siteToSiteVpn: `enabled: true, ${EVERY_SECOND}${more}`,
});

/** A story of the connection that the examples name, and of its two tunnels. */
async function beginVpnStory(more = '', prologue: Prologue = {}) {
  const story = await beginStory(polling(more), prologue);
  const { vpns } = story.lab;
  const [first, second] = vpns.truth(VPN).tunnels.map(({ outsideIp }) => outsideIp);
  if (first === undefined || second === undefined) throw new Error(`${VPN} has not two tunnels`);
  return { story, vpns, first, second };
}

/** Waits until the query of a page finds this value. */
const turns = (story: Story, page: string, word: string, labels: object, value: number) =>
  eventually(async () => expect(await story.value(page, word, { ...OF_CONNECTION, ...labels })).toBe(value));

/** What AWS says of a tunnel by the command of a page, without any key: a line of a table. */
async function says(story: Story, page: string, tunnel: string): Promise<string> {
  const { code, output } = await story.types(page, 'describe-vpn-connections');
  expect([code, output]).toEqual([0, expect.stringContaining(tunnel)]);
  for (const secret of story.lab.vpns.secrets()) expect(output).not.toContain(secret);
  const isOf = (line: string) => line.split('|').some((cell) => cell.trim() === tunnel);
  return output.split('\n').find(isOf) ?? output;
}

/** The runbooks of site-to-site-vpn, followed. */
export const siteToSiteVpnStories: readonly Told[] = [
  {
    pages: ['SiteToSiteVpnTunnelDown', 'SiteToSiteVpnConnectionDown'],
    name: 'one tunnel has no BGP, then the device is off: both are down, and both come back',
    follow: async () => {
      const [one, all] = ['SiteToSiteVpnTunnelDown', 'SiteToSiteVpnConnectionDown'];
      const { story, vpns, first, second } = await beginVpnStory();
      const before = new Date(Date.now() - TWO_HOURS_SECONDS * 1000).toISOString();

      vpns.stall(VPN, 0);
      vpns.setTunnel(VPN, 0, { lastStatusChange: before });
      await turns(story, one, 'tunnel_up', { tunnel: first }, 0);
      await turns(story, one, 'tunnel_up', { tunnel: second }, 1);
      await turns(story, one, 'tunnels_expected', {}, 2);
      await story.finds(one, 'reason', { ...OF_CONNECTION, tunnel: first, reason: 'ipsec_up' });
      await eventually(async () =>
        expect(
          await story.value(one, 'status_change', { ...OF_CONNECTION, tunnel: first }),
        ).toBeGreaterThanOrEqual(TWO_HOURS_SECONDS),
      );
      expect(await says(story, one, first)).toMatch(/DOWN.*IPSEC IS UP/);
      expect(await says(story, one, second)).toMatch(/UP.*BGP ROUTES/);

      vpns.takeDown(VPN, 0);
      vpns.takeDown(VPN, 1);
      for (const tunnel of [first, second]) {
        await turns(story, all, 'tunnel_up', { tunnel }, 0);
        await story.finds(all, 'reason', { ...OF_CONNECTION, tunnel, reason: 'ipsec_down' });
        expect(await says(story, all, tunnel)).toMatch(/DOWN.*IPSEC IS DOWN/);
      }
      expect((await story.types(all, 'cloudtrail')).code).toBe(0);

      vpns.setTunnel(VPN, 0, { lastStatusChange: undefined });
      for (const [n, tunnel] of [first, second].entries()) {
        vpns.bringUp(VPN, n);
        await turns(story, all, 'tunnel_up', { tunnel }, 1);
        await story.findsNothing(all, 'reason', { tunnel, reason: 'ipsec_down' });
        expect(await says(story, all, tunnel)).toMatch(/UP.*BGP ROUTES/);
      }
    },
  },
  {
    pages: ['SiteToSiteVpnNoRoutes', 'SiteToSiteVpnRoutesNearLimit'],
    name: 'a filter at the device lets no route out; without it all do, and almost too many',
    follow: async () => {
      const [none, many] = ['SiteToSiteVpnNoRoutes', 'SiteToSiteVpnRoutesNearLimit'];
      const { story, vpns, first, second } = await beginVpnStory();

      vpns.learn(VPN, 0, 0);
      await turns(story, none, 'accepted_routes', { tunnel: first }, 0);
      await turns(story, none, 'accepted_routes', { tunnel: second }, 2);
      await story.finds(none, 'routing', { ...OF_CONNECTION, routing: 'bgp' });
      expect(await says(story, none, first)).toMatch(/UP.*\b0 BGP ROUTES/);

      vpns.learn(VPN, 0, 95);
      await turns(story, none, 'accepted_routes', { tunnel: first }, 95);
      await turns(story, many, 'accepted_routes', { tunnel: first }, 95);
      await story.finds(many, 'gateway_type', { ...OF_CONNECTION, gateway_type: 'virtual_private' });
      // Elsewhere 95 are few.
      const endpoint_id = vpns.addConnection({ gateway: 'transit', tunnels: [{ routes: 95 }, {}] });
      await story.finds(many, 'gateway_type', { ...PLACE, endpoint_id, gateway_type: 'transit' });
      expect(await says(story, many, first)).toMatch(/UP.*\b95 BGP ROUTES/);

      vpns.learn(VPN, 0, 1);
      await turns(story, many, 'accepted_routes', { tunnel: first }, 1);
      expect(await says(story, many, first)).toMatch(/UP.*\b1 BGP ROUTES/);
    },
  },
  told(
    'SiteToSiteVpnTunnelFlapping',
    'a tunnel that comes and goes: the device does not answer dead peer detection',
    async (page) => {
      const { story, vpns, first, second } = await beginVpnStory('', { hasRules: true });
      // A change counts from the first evaluation of the rules on.
      await story.sees(
        'account_region_endpoint_tunnel:aws_site_to_site_vpn_tunnel_status_change_timestamp_seconds:max',
      );
      await turns(story, page, 'tunnel_up', { tunnel: first }, 1);
      for (let round = 1; round <= 3; round++) {
        vpns.takeDown(VPN, 0);
        await turns(story, page, 'tunnel_up', { tunnel: first }, 0);
        await turns(story, page, 'changes', { tunnel: first }, 2 * round - 1);
        await story.finds(page, 'reason', { ...OF_CONNECTION, tunnel: first, reason: 'ipsec_down' });
        expect(await says(story, page, first)).toMatch(/DOWN.*IPSEC IS DOWN/);
        vpns.bringUp(VPN, 0);
        await turns(story, page, 'tunnel_up', { tunnel: first }, 1);
        await turns(story, page, 'changes', { tunnel: first }, 2 * round);
      }
      await story.fires(page);
      // The other tunnel holds, so it is not the line.
      await story.findsNothing(page, 'changes', { tunnel: second });
      await turns(story, page, 'tunnel_up', { tunnel: second }, 1);
    },
  ),
  told(
    'SiteToSiteVpnDataStale',
    'connections without data: the call is denied, AWS does not list one, another is being deleted',
    async (page) => {
      const { story } = await beginVpnStory();
      const list = async () => (await story.types(page, 'VpnConnectionId')).output;
      const asked = { ...PLACE, operation: 'DescribeVpnConnections' };
      await story.findsNothing(page, '== 0');

      const allow = story.lab.simulator.deny('DescribeVpnConnections');
      await story.finds(page, '== 0', OF_CONNECTION);
      await eventually(async () =>
        expect(await story.value(page, 'last_success', OF_CONNECTION)).toBeGreaterThan(2),
      );
      await story.finds(page, 'request_errors', { ...asked, error: 'denied' });
      await story.logs(/ec2:DescribeVpnConnections failed \(UnauthorizedOperation/);
      // With rights of one's own AWS answers: it is those of the exporter that are missing.
      expect(await list()).toMatch(new RegExp(`${VPN}.*available`));
      allow();
      await story.findsNothing(page, '== 0');

      story.lab.configure(polling(`, endpoints: [${VPN}, ${UNKNOWN}]`));
      story.daemon.kill('SIGHUP');
      await story.finds(page, '== 0', { endpoint_id: UNKNOWN });
      await story.findsNothing(page, '== 0', { endpoint_id: VPN });
      await story.logs(new RegExp(UNKNOWN));
      expect(await list()).not.toContain(UNKNOWN);
      story.lab.configure(polling(`, endpoints: [${VPN}]`));
      story.daemon.kill('SIGHUP');
      await story.findsNothing(page, '== 0');

      // It is deleted, but named still.
      story.lab.vpns.setState(VPN, 'deleting');
      await story.finds(page, '== 0', OF_CONNECTION);
      expect(await list()).toMatch(new RegExp(`${VPN}.*deleting`));
      story.lab.configure(polling());
      story.daemon.kill('SIGHUP');
      await story.findsNothing(page, '== 0');
    },
  ),
  told(
    'SiteToSiteVpnConnectionGone',
    'a connection that is gone: its tag was taken off, then it is deleted',
    async (page) => {
      const { story, vpns } = await beginVpnStory(', tags: {Name: branch}', { hasYesterday: true });
      const list = async () => (await story.types(page, 'describe-vpn-connections')).output;
      await story.findsNothing(page, 'offset 23h');

      vpns.setTags(VPN, {});
      await story.finds(page, 'offset 23h', OF_CONNECTION);
      await story.finds(page, 'last_success', OF_CONNECTION);
      expect(await list()).toMatch(new RegExp(`${VPN}.*available`));
      vpns.setTags(VPN, { Name: 'branch' });
      await story.findsNothing(page, 'offset 23h');

      vpns.setState(VPN, 'deleting');
      await story.finds(page, 'offset 23h', OF_CONNECTION);
      expect(await list()).toMatch(new RegExp(`${VPN}.*deleting`));
      vpns.removeConnection(VPN);
      expect(await list()).not.toContain(VPN);
      expect((await story.types(page, 'cloudtrail')).code).toBe(0);
      // Made anew it has another id: nothing brings back the one that is gone.
      const anew = vpns.addConnection({ name: 'branch' });
      await story.sees(`aws_site_to_site_vpn_up{endpoint_id="${anew}"} == 1`);
      await story.finds(page, 'offset 23h', OF_CONNECTION);
    },
  ),
];
