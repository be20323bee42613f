import { expect, test } from 'vitest';
import { credentialHelper, isRunning, sharedFiles } from '../support/credentials.ts';
import { type Lab, openLab } from './lab.ts';
import { cleanEnv, eventually, start } from './program.ts';

const TARGETS = '{name: lab, regions: [eu-west-1, us-east-1], account_id: "111122223333"}';
const LATE = 'did not answer within client_vpn.timeout (3s)';
const FOREVER = Number.POSITIVE_INFINITY;

/** One endpoint in each region; the listing of endpoints goes wrong in us-east-1. */
async function brokenInOneRegion(fault: 'hang' | 'empty-pages', timeout = '3s') {
  const lab = await openLab({ targets: TARGETS, clientVpn: `timeout: ${timeout}` });
  const endpointId = lab.world.addEndpoint();
  lab.world.connect(endpointId, { id: 'c1' });
  lab.world.addEndpoint({ region: 'us-east-1' });
  const where = { action: 'DescribeClientVpnEndpoints', region: 'us-east-1' };
  lab.simulator.failNext(FOREVER, fault, where);
  return { lab, endpointId };
}

const listings = (lab: Lab, region: string) =>
  lab.simulator.requests().filter((call) => call.region === region && call.action.startsWith('Describe'));

test.each(['hang', 'empty-pages'] as const)(
  'check --aws tells which target did not answer in time (%s), and keeps the answers of the others',
  async (fault) => {
    const { lab, endpointId } = await brokenInOneRegion(fault);
    const { code, stdout } = await lab.run('check', '--aws');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^ec2:DescribeClientVpnEndpoints +\* \(111122223333, eu-west-1\) +allowed$/m);
    expect(stdout).toMatch(new RegExp(`^ec2:DescribeClientVpnConnections .*${endpointId} +allowed$`, 'm'));
    expect(stdout).toMatch(/^ec2:DescribeClientVpnEndpoints +\* \(111122223333, us-east-1\) +unknown /m);
    expect(stdout).toContain(LATE);
    expect(stdout).not.toContain('request_timeout');
  },
);

test.each(['hang', 'empty-pages'] as const)(
  'connections tells which target did not answer in time (%s), and lists those of the others',
  async (fault) => {
    const { lab } = await brokenInOneRegion(fault);
    const { code, stdout, stderr } = await lab.run('connections', '--output=csv');
    expect(code).toBe(1);
    expect(stdout).toMatch(/\bc1\b/);
    expect(stderr).toContain('us-east-1');
    expect(stderr).toContain(LATE);
    expect(stderr).not.toContain('request_timeout');
  },
);

test.each(['SIGTERM', 'SIGINT'] as const)(
  'check --aws and connections that %s stops say so, keep what they know and blame nobody',
  async (signal) => {
    const { lab } = await brokenInOneRegion('hang', '5m');
    for (const command of [['check', '--aws'], ['connections']]) {
      const before = listings(lab, 'us-east-1').length;
      const known = listings(lab, 'eu-west-1').length;
      const running = start([...command, `--config.file=${lab.configFile}`]);
      await eventually(() => {
        expect(listings(lab, 'us-east-1').length).toBeGreaterThan(before);
        expect(listings(lab, 'eu-west-1').length).toBeGreaterThan(known + 1);
      });
      running.kill(signal);
      const { code, stdout, stderr } = await running.ended;
      expect(code).toBe(1);
      expect(stderr).toMatch(new RegExp(`stopped by ${signal}`, 'i'));
      expect(stdout).not.toMatch(/unknown|us-east-1/);
      expect(stderr).not.toMatch(/us-east-1|request_timeout/);
    }
  },
);

test.each(['once', 'check', 'connections'] as const)(
  '%s that is stopped leaves no helper behind',
  async (command) => {
    const lab = await openLab({
      targets: '{regions: [eu-west-1], profile: network, account_id: "111122223333"}',
    });
    const files = sharedFiles();
    const helper = credentialHelper(files.folder);
    files.config(`[profile network]\ncredential_process = ${helper.path}\n`);
    helper.hangs();
    const flags = { once: '--storage.path=', check: '--aws', connections: '--output=json' }[command];
    const env = { ...cleanEnv, ...files.env };
    const running = start([command, `--config.file=${lab.configFile}`, flags], { env });
    await eventually(() => expect(helper.hung()).toHaveLength(2));
    running.kill('SIGTERM');
    const { code, stderr } = await running.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/stopped by SIGTERM/i);
    await eventually(() => expect(helper.hung().filter(isRunning)).toEqual([]));
  },
);
