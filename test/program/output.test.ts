import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { needs, programPath } from '../support/programs.ts';
import { toSeries, total } from './exposition.ts';
import { type Lab, openLab } from './lab.ts';
import { cleanEnv, eventually, keys, launch, main } from './program.ts';

const TWO_REGIONS = { targets: '{regions: [eu-west-1, us-east-1], account_id: "111122223333"}' };

/** Runs a line of shell with $PROGRAM. */
function shell(line: string, lab: Lab) {
  const env = {
    ...cleanEnv,
    ...keys,
    PROGRAM: `${process.execPath} ${main}`,
    CONFIG: `--config.file=${lab.configFile}`,
  };
  return launch('sh', ['-c', line], { env }).ended;
}

test('once prints what succeeded and exits 1 when an endpoint failed; every JSON log line parses', async () => {
  const lab = await openLab(TWO_REGIONS);
  const good = lab.world.addEndpoint();
  const bad = lab.world.addEndpoint({ region: 'us-east-1' });
  lab.world.connect(good);
  lab.simulator.failNext(1, 'throttled', { action: 'DescribeClientVpnConnections', region: 'us-east-1' });
  const { code, stdout, stderr } = await lab.once('--log.format=json');
  expect(code).toBe(1);
  const series = toSeries(stdout);
  expect(total(series, 'aws_client_vpn_connections', { endpoint_id: good, status: 'active' })).toBe(1);
  expect(total(series, 'aws_client_vpn_up', { endpoint_id: good })).toBe(1);
  expect(total(series, 'aws_client_vpn_up', { endpoint_id: bad })).toBe(0);
  expect(total(series, 'aws_client_vpn_connections', { endpoint_id: bad })).toBe(undefined);
  const lines = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines).toContainEqual(expect.objectContaining({ level: 'ERROR', endpoint_id: bad }));
  expect(
    lines.every(({ time, level, msg }) => [time, level, msg].every((text) => typeof text === 'string')),
  ).toBe(true);
});

test('in logfmt, too, stderr holds log lines only', async () => {
  const lab = await openLab();
  lab.simulator.deny('DescribeClientVpnEndpoints');
  const { code, stderr } = await lab.once('--log.level=debug');
  expect(code).toBe(1);
  const lines = stderr.trimEnd().split('\n');
  expect(lines.filter((line) => !/^time=\S+Z level=(DEBUG|INFO|WARN|ERROR) msg=/.test(line))).toEqual([]);
  expect(stderr).toContain('ec2:DescribeClientVpnEndpoints');
});

test('a reader that stops early is no error', async () => {
  const lab = await openLab();
  const endpointId = lab.world.addEndpoint();
  for (let n = 0; n < 3_000; n++) lab.world.connect(endpointId, { username: `user${n}` });
  const folder = `--storage.path=${lab.storage}`;
  for (const [command, first] of [
    ['connections', 'REGION'],
    ['connections --output=csv', 'account_id,region'],
    [`once ${folder}`, '# HELP'],
    ['--help', 'Prometheus exporter'],
  ]) {
    const config = command === '--help' ? '' : '$CONFIG';
    const { stdout, stderr } = await shell(
      `($PROGRAM ${command} ${config}; echo "exit $?" >&2) | head -1`,
      lab,
    );
    expect(stdout.startsWith(first ?? '')).toBe(true);
    const [status, ...noise] = stderr
      .trimEnd()
      .split('\n')
      .filter((line) => !line.includes('level=INFO'))
      .reverse();
    expect([command, status, noise]).toEqual([command, 'exit 0', []]);
  }
});

for (const command of ['connections', 'once --storage.path=']) {
  needs('script')(`a terminal shows the progress of ${command} on stderr`, async () => {
    const lab = await openLab();
    const endpointId = lab.world.addEndpoint();
    for (let n = 0; n < 2_500; n++) lab.world.connect(endpointId);
    const out = join(lab.folder, 'out.txt');
    const script = programPath('script');
    const { stdout, code } = await shell(
      `${script} -qec "$PROGRAM ${command} $CONFIG > ${out}" /dev/null`,
      lab,
    );
    expect(code).toBe(0);
    const drawn = stdout.split('\r\x1b[K');
    const progress = drawn.filter((line) => line.startsWith('Reading connections: '));
    expect(progress[0]).toContain(
      `Reading connections: 1000 from 1 endpoint, now ${endpointId}`.slice(0, 78),
    );
    // The line is gone when it is done.
    expect(drawn.at(-1)).not.toContain('Reading');
    const printed = readFileSync(out, 'utf8');
    expect(printed).not.toContain('Reading connections');
    expect(printed).toContain(endpointId);
  });
}

test('Ctrl-C at a long listing ends it quietly enough: exit 1, nothing on stdout', async () => {
  const lab = await openLab();
  lab.world.addEndpoint();
  lab.simulator.failNext(Number.POSITIVE_INFINITY, 'hang', { action: 'DescribeClientVpnConnections' });
  const running = launch(process.execPath, [main, 'connections', `--config.file=${lab.configFile}`]);
  const isListing = ({ action }: { readonly action: string }) => action === 'DescribeClientVpnConnections';
  await eventually(() => expect(lab.simulator.requests().filter(isListing)).toHaveLength(1));
  running.kill('SIGINT');
  const { code, stderr } = await running.ended;
  expect(code).toBe(1);
  expect(stderr).not.toContain('    at ');
});

test.each(['once', 'check --aws', 'connections'])(
  '%s with many targets says nothing odd on stderr',
  async (command) => {
    const regions = Array.from({ length: 14 }, (_, n) => `eu-west-${n + 1}`).join(', ');
    const lab = await openLab({ targets: `{name: lab, regions: [${regions}], account_id: "111122223333"}` });
    const [name = '', ...flags] = command.split(' ');
    const { code, stderr } = await lab.run(name, ...flags, ...(name === 'once' ? ['--storage.path='] : []));
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/Warning|listeners/);
  },
);
