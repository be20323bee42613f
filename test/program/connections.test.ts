import { expect, test } from 'vitest';
import { type Lab, openLab } from './lab.ts';

interface Row {
  readonly endpoint_id: string;
  readonly connection_id: string;
  readonly status: string;
  readonly ingress_bytes: string;
}

async function office(): Promise<{ lab: Lab; a: string; b: string }> {
  const lab = await openLab();
  const { world } = lab;
  const [a, b] = [world.addEndpoint(), world.addEndpoint()];
  const connect = (endpointId: string, id: string, username: string, commonName: string) =>
    world.connect(endpointId, { id, username, commonName });
  connect(a, 'c1', 'alice', 'laptop-1');
  connect(a, 'c2', 'bob', 'alice');
  world.beginTerminate(connect(a, 'c3', 'bob', 'laptop-3'));
  world.disconnect(connect(b, 'c4', 'alice', 'laptop-4'));
  world.hang(connect(b, 'c5', 'carol "the, boss"\r\n\u009b31m', 'laptop-5'));
  world.talk('c1', { ingressBytes: 2n ** 60n + 1n });
  return { lab, a, b };
}

async function listed(lab: Lab, ...flags: readonly string[]): Promise<readonly Row[]> {
  const { code, stdout, stderr } = await lab.run('connections', '--output=json', ...flags);
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Row[];
}

test('connections filters by endpoint, status and user, and keeps every digit', async () => {
  const { lab, a, b } = await office();
  const ids = async (...flags: readonly string[]) =>
    (await listed(lab, ...flags)).map(({ connection_id }) => connection_id).sort();
  expect(await ids()).toEqual(['c1', 'c2', 'c3', 'c4', 'c5']);
  expect(await ids(`--endpoint=${a}`)).toEqual(['c1', 'c2', 'c3']);
  expect(await ids(`--endpoint=${a}`, `--endpoint=${b}`)).toEqual(['c1', 'c2', 'c3', 'c4', 'c5']);
  expect(await ids('--status=terminated', '--status=terminating')).toEqual(['c3', 'c4']);
  expect(await ids('--user=alice')).toEqual(['c1', 'c2', 'c4']);
  expect(await ids('--user=alice', '--status=active', `--endpoint=${a}`)).toEqual(['c1', 'c2']);
  expect((await listed(lab)).find(({ connection_id }) => connection_id === 'c1')?.ingress_bytes).toBe(
    '1152921504606846977',
  );
});

test('a status that no connection has and nobody knows is a mistake; a known one, or one that AWS lists, is not', async () => {
  const { lab } = await office();
  for (const flags of [['--status=activ'], ['--status=active', '--status=activ', '--output=json']]) {
    const { code, stdout, stderr } = await lab.run('connections', ...flags);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(
      'aws-connections-exporter: --status=activ: no connection has this status, did you mean active? ' +
        'Known are active, failed-to-terminate, terminating, terminated, unknown\n',
    );
  }
  expect(await listed(lab, '--status=unknown')).toEqual([]);
  lab.world.set('c1', { statusCode: 'quarantined' });
  expect(await listed(lab, '--status=quarantined')).toHaveLength(1);
  expect(await listed(lab, '--status=quarantined', '--user=bob')).toEqual([]);
});

test('a user of whom there is no connection is told on stderr, an endpoint that is no id before AWS is asked', async () => {
  const { lab } = await office();
  const nobody = await lab.run('connections', '--user=Alice', '--output=json');
  expect([nobody.code, nobody.stdout]).toEqual([0, '[]\n']);
  expect(nobody.stderr).toMatch(/level=WARN msg="No connection that AWS lists is of this --user; names/);
  expect(nobody.stderr).not.toContain('Alice');
  expect(await listed(lab, '--user=alice', '--status=failed-to-terminate')).toEqual([]);

  const asked = lab.simulator.requests().length;
  const noId = await lab.run('connections', '--endpoint=office');
  expect([noId.code, noId.stdout]).toEqual([2, '']);
  expect(noId.stderr).toContain(
    '--endpoint: expected the id of a Client VPN endpoint, such as cvpn-endpoint-',
  );
  expect(lab.simulator.requests()).toHaveLength(asked);
});

test('live connections come first', async () => {
  const { lab } = await office();
  for (const output of ['json', 'csv', 'table']) {
    const { stdout } = await lab.run('connections', `--output=${output}`);
    // Two that are active, then c5 failed to terminate, c3 is terminating, and c4 is terminated.
    expect([output, stdout.match(/\bc[1-5]\b/g)?.slice(2)]).toEqual([output, ['c5', 'c3', 'c4']]);
  }
});

test('a hostile name breaks neither table nor CSV', async () => {
  const { lab } = await office();
  const table = await lab.run('connections', '--status=failed-to-terminate');
  expect(table.stdout.trimEnd().split('\n')).toHaveLength(2);
  expect(table.stdout).not.toMatch(/[\r\u009b]/);
  const csv = await lab.run('connections', '--status=failed-to-terminate', '--output=csv');
  expect(csv.stdout).toContain(',"carol ""the, boss""\r\n\u009b31m",');
});

test('an unknown endpoint and a failing one are errors; the rest is printed', async () => {
  const { lab, a } = await office();
  const unknown = await lab.run(
    'connections',
    '--output=json',
    `--endpoint=${a}`,
    '--endpoint=cvpn-endpoint-0',
  );
  expect(unknown.code).toBe(1);
  expect(JSON.parse(unknown.stdout)).toHaveLength(3);
  expect(unknown.stderr).toContain('cvpn-endpoint-0: no target');

  lab.simulator.failNext(1, 'throttled', { action: 'DescribeClientVpnConnections' });
  const failing = await lab.run('connections', '--output=json');
  expect(failing.code).toBe(1);
  expect([2, 3]).toContain((JSON.parse(failing.stdout) as unknown[]).length);
  expect(failing.stderr).toContain('RequestLimitExceeded');
});

test('connections works while a daemon holds the folder, and shows names as the configuration says', async () => {
  const { lab } = await office();
  await lab.serve();
  expect(await listed(lab)).toHaveLength(5);
  lab.configure({ clientVpn: 'identity: drop' });
  const { stdout } = await lab.run('connections', '--output=json', '--user=alice');
  expect(JSON.parse(stdout)).toHaveLength(3);
  expect(stdout).not.toMatch(/alice|bob|laptop/);
});

test('connections lists also where no collector is enabled', async () => {
  const lab = await openLab({ clientVpn: 'enabled: false' });
  lab.world.connect(lab.world.addEndpoint(), { id: 'c1' });
  expect((await listed(lab)).map(({ connection_id }) => connection_id)).toEqual(['c1']);
});
