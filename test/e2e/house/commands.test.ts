import { expect, test } from 'vitest';
import { type Lab, openLab } from '../../program/lab.ts';

const ACCOUNT = '111122223333';
const TWICE = `{name: first, regions: [eu-west-1], account_id: "${ACCOUNT}"}, {name: second, regions: [eu-west-1]}`;
const GHOST = 'cvpn-endpoint-0deadbeef00000000';

const asked = (lab: Lab, action: string) =>
  lab.simulator.requests().filter((request) => request.action === action).length;

test('connections lists an account and region that two targets reach once', async () => {
  const lab = await openLab({ targets: TWICE });
  const id = lab.world.connect(lab.world.addEndpoint());
  const { code, stdout, stderr } = await lab.run('connections', '--output=json');
  expect([code, stderr]).toEqual([0, '']);
  expect(JSON.parse(stdout)).toEqual([expect.objectContaining({ connection_id: id })]);
  expect(asked(lab, 'DescribeClientVpnConnections')).toBe(1);
});

test('connections reports a configured id that no target has, prints the rest, and exits 1', async () => {
  const lab = await openLab();
  const endpointId = lab.world.addEndpoint({ id: 'cvpn-endpoint-1' });
  const id = lab.world.connect(endpointId);
  lab.world.connect(lab.world.addEndpoint());
  lab.configure({ clientVpn: `endpoints: [${endpointId}, ${GHOST}]` });
  const { code, stdout, stderr } = await lab.run('connections', '--output=json');
  expect(code).toBe(1);
  expect(JSON.parse(stdout)).toEqual([expect.objectContaining({ connection_id: id })]);
  expect(stderr).toContain(`${GHOST}: no target that could be asked has it; check the id`);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);

  lab.configure({ clientVpn: `endpoints: [${endpointId}]` });
  expect(await lab.run('connections')).toMatchObject({ code: 0, stderr: '' });
});

/** The table of `check --aws` by action and resource: the answer and the reason. */
async function verdicts(lab: Lab) {
  const { code, stdout } = await lab.run('check', '--aws');
  const [, , ...rows] = stdout.trimEnd().split('\n');
  return { code, rows: rows.map((row) => row.split(/ {2,}/)) };
}

test('check --aws does not ask about connections without an endpoint, and is content', async () => {
  const lab = await openLab();
  expect(await verdicts(lab)).toEqual({
    code: 0,
    rows: [
      ['ec2:DescribeClientVpnEndpoints', `* (${ACCOUNT}, eu-west-1)`, 'allowed'],
      [
        'ec2:DescribeClientVpnConnections',
        `arn:aws:ec2:eu-west-1:${ACCOUNT}:client-vpn-endpoint/*`,
        'not asked',
        'there is no endpoint yet to ask about',
      ],
    ],
  });
  expect(asked(lab, 'DescribeClientVpnConnections')).toBe(0);
});

test.each(['DescribeClientVpnEndpoints', 'DescribeClientVpnConnections'])(
  'check --aws does not know whether %s is allowed when AWS throttles it, and exits 1',
  async (action) => {
    const lab = await openLab();
    lab.world.addEndpoint();
    lab.simulator.failNext(Number.POSITIVE_INFINITY, 'throttled', { action });
    const { code, rows } = await verdicts(lab);
    expect(code).toBe(1);
    const [, , answer, reason] = rows.find(([name]) => name === `ec2:${action}`) ?? [];
    expect([answer, reason]).toEqual(['unknown', expect.stringContaining('RequestLimitExceeded')]);
    expect(rows.flat()).not.toContain('denied');
  },
);

test('check --aws that is refused says denied, and does not call the rest allowed', async () => {
  const lab = await openLab();
  lab.world.addEndpoint();
  lab.simulator.deny('DescribeClientVpnEndpoints');
  const { code, rows } = await verdicts(lab);
  expect([code, rows.map(([, , answer]) => answer)]).toEqual([1, ['denied', 'not asked']]);
});
