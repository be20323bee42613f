import { expect, test } from 'vitest';
import { openLab, ready } from './lab.ts';
import { eventually } from './program.ts';

const ID = 'vpn-0123456789abcdef0';
const section = 'enabled: true, schedule: "* * * * * *", timeout: 5s';
const only = { clientVpn: 'enabled: false', siteToSiteVpn: section };
const endpoint = { account_id: '111122223333', region: 'eu-west-1', endpoint_id: ID };

test.each([
  [false, []],
  [true, ['ec2:DescribeVpnConnections']],
])(
  'with site_to_site_vpn.enabled %s the policy has the action for it, or has it not',
  async (enabled, actions) => {
    const lab = await openLab({ siteToSiteVpn: `enabled: ${enabled}` });
    const { code, stdout } = await lab.run('describe', 'iam-policy');
    expect(code).toBe(0);
    const { Statement } = JSON.parse(stdout) as { Statement: { Action: string; Resource: string }[] };
    const own = Statement.filter(
      ({ Action }) => Action.includes('VpnConnections') && !Action.includes('ClientVpn'),
    );
    expect(own.map(({ Action }) => Action)).toEqual(actions);
    for (const { Resource } of own) expect(Resource).toBe('*');
  },
);

test('check --aws asks whether the listing is allowed, and says so', async () => {
  const lab = await openLab(only);
  lab.vpns.addConnection({ id: ID });
  const allowed = await lab.run('check', '--aws');
  expect(allowed.code).toBe(0);
  expect(allowed.stdout).toMatch(/ec2:DescribeVpnConnections/);
  lab.simulator.deny('DescribeVpnConnections');
  const denied = await lab.run('check', '--aws');
  expect(denied.code).toBe(1);
  expect(denied.stdout).toMatch(/ec2:DescribeVpnConnections.*denied/i);
});

test('check --aws does not ask for what is off', async () => {
  const lab = await openLab();
  const { stdout } = await lab.run('check', '--aws');
  expect(stdout).not.toContain('DescribeVpnConnections');
});

test('serve tells of tunnels that go down, and keeps their keys to itself', async () => {
  const lab = await openLab(only);
  lab.vpns.addConnection({ id: ID, name: 'branch', gateway: 'transit' });
  const daemon = await lab.serve(['--log.level=debug']);
  await ready(daemon);
  const tunnels = async () =>
    [...(await daemon.get('/metrics')).text.matchAll(/^aws_site_to_site_vpn_tunnel_up\{.*\} (\d)$/gm)].map(
      ([, value]) => Number(value),
    );
  expect(await tunnels()).toEqual([1, 1]);
  lab.vpns.takeDown(ID, 1);
  await eventually(async () => expect((await tunnels()).sort()).toEqual([0, 1]));
  const pages = await Promise.all(
    ['/metrics', '/', '/config', '/dashboards/site-to-site-vpn.json', '/docs/site-to-site-vpn'].map(
      daemon.get,
    ),
  );
  expect(pages.map(({ status }) => status)).toEqual(pages.map(() => 200));
  const secrets = lab.vpns.secrets();
  expect(secrets.length).toBeGreaterThan(1);
  const shown = [...pages.map(({ text }) => text), daemon.stderr(), daemon.stdout()].join('\n');
  for (const [label, value] of Object.entries(endpoint)) expect(shown).toContain(`${label}="${value}"`);
  for (const secret of secrets) expect(shown).not.toContain(secret);
});
