import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLab } from './lab.ts';
import { run } from './program.ts';

test('check calls a good file valid, asks AWS nothing and opens no ledger', async () => {
  const lab = await openLab();
  const outcome = await run(['check', `--config.file=${lab.configFile}`], { cwd: lab.folder });
  expect(outcome).toMatchObject({ code: 0, stdout: `${lab.configFile} is valid\n`, stderr: '' });
  expect(lab.simulator.requests()).toEqual([]);
  expect(readdirSync(lab.folder)).toEqual(['exporter.yaml']);
});

test('check prints every problem of a broken file with its path', async () => {
  const lab = await openLab();
  writeFileSync(
    lab.configFile,
    `\
targets: [{regions: [eu-west-1], acount_id: "111122223333"}]
aws: {connect_timeout: 5 seconds, max_attempts: 0}
client_vpn:
  schedule: every minute
  page_size: 2000
  identity: hash
  filters: [{name: status, values: [active]}]
websocket: {enabled: true}
intake: {enabled: true, listen_address: nowhere}
`,
  );
  const { code, stdout } = await lab.run('check');
  expect(code).toBe(1);
  const paths = [
    'targets[0].acount_id',
    'aws.connect_timeout',
    'aws.max_attempts',
    'client_vpn.schedule',
    'client_vpn.page_size',
    'client_vpn.identity_key_file',
    'client_vpn.filters[0].name',
    'websocket.endpoints',
    'intake.listen_address',
    'intake.token_file',
  ];
  const lines = stdout.trimEnd().split('\n');
  for (const path of paths) expect(lines.filter((line) => line.includes(`${path}: `))).toHaveLength(1);
  expect(lines.at(-1)).toBe(`${paths.length} problems found`);
  expect(stdout).toContain('did you mean account_id?');
});

test('check warns of what is probably not meant, on stdout, and calls the file valid all the same', async () => {
  const host = 'execute-api.eu-west-1.amazonaws.com';
  const endpoints = [
    `{url: "https://a1b2c3d4e5.${host}", source: {type: intake, stage: prod}}`,
    `{url: "https://f6g7h8i9j0.${host}/prod/", source: {type: intake}}`,
  ];
  const lab = await openLab({
    websocket: `enabled: true, endpoints: [${endpoints.join(', ')}]`,
    intake: 'enabled: true, allow_unauthenticated: true',
  });
  const { code, stdout, stderr } = await lab.run('check');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.trimEnd().split('\n')).toEqual([
    `${lab.configFile} is valid`,
    'warning: websocket.endpoints[0].url: has no stage, so every call will be refused',
    'warning: websocket.endpoints[1].url: is read without the slash at its end',
    'warning: intake.token_file: without it, whoever reaches the intake can invent connections and end them',
  ]);
  expect(lab.simulator.requests()).toEqual([]);
});

test('check warns of files of ids that are not there or cannot be read; with --aws it fails for them', async () => {
  const url = 'https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com';
  const sources = ['missing.jsonl', '.', 'ids.jsonl', 'large.jsonl'].map(
    (path, index) => `{url: "${url}/s${index}", source: {type: file, path: ${path}}}`,
  );
  const lab = await openLab({ websocket: `enabled: true, endpoints: [${sources.join(', ')}]` });
  writeFileSync(join(lab.folder, 'ids.jsonl'), 'L0SM9cOFvHcCIhw=\n');
  writeFileSync(join(lab.folder, 'large.jsonl'), 'L0SM9cOFvHcCIhw=\n'.repeat(300_000));
  const { code, stdout } = await lab.run('check');
  expect(code).toBe(0);
  const until = 'its endpoint fails in every pass until it can be read';
  expect(stdout.split('\n').filter((line) => line.includes('source.path'))).toEqual([
    `warning: websocket.endpoints[0].source.path: ${lab.folder}/missing.jsonl cannot be read: ENOENT: no such file or directory; ${until}`,
    `warning: websocket.endpoints[1].source.path: ${lab.folder} cannot be read: it is a folder; ${until}`,
  ]);

  const asked = await lab.run('check', '--aws');
  expect(asked.code).toBe(1);
  expect(asked.stdout).toMatch(
    /\/s0\/GET\/@connections\/\* +not asked +reading connection ids from .*missing.jsonl: ENOENT/m,
  );
  expect(asked.stdout).toMatch(/\/s1\/GET\/@connections\/\* +not asked +.*: it is not a regular file$/m);
});

test('check of a file that is not there', async () => {
  const { code, stdout } = await run(['check', '--config.file=/nowhere/exporter.yaml']);
  expect(code).toBe(1);
  expect(stdout).toContain('/nowhere/exporter.yaml');
  expect(stdout).toContain('cannot be read: ENOENT');
});

test('check --aws prints a table of permissions, and exits 1 when one is denied', async () => {
  const lab = await openLab();
  const endpointId = lab.world.addEndpoint();
  const all = await lab.run('check', '--aws');
  const [, header, ...rows] = all.stdout.trimEnd().split('\n');
  expect(all).toMatchObject({ code: 0, stderr: '' });
  expect(header).toMatch(/^ACTION +RESOURCE +RESULT +REASON$/);
  const connections = `arn:aws:ec2:eu-west-1:111122223333:client-vpn-endpoint/${endpointId}`;
  expect(rows.map((row) => row.split(/ {2,}/))).toEqual([
    ['ec2:DescribeClientVpnEndpoints', '* (111122223333, eu-west-1)', 'allowed'],
    ['ec2:DescribeClientVpnConnections', connections, 'allowed'],
  ]);
  const asked = lab.simulator.requests().filter(({ params }) => params.DryRun === 'true');
  expect(asked.map(({ action }) => action)).toEqual([
    'DescribeClientVpnEndpoints',
    'DescribeClientVpnConnections',
  ]);

  const allowAgain = lab.simulator.deny('DescribeClientVpnConnections');
  const one = await lab.run('check', '--aws');
  expect(one.code).toBe(1);
  expect(one.stdout).toMatch(/^ec2:DescribeClientVpnEndpoints .* allowed$/m);
  expect(one.stdout).toMatch(/^ec2:DescribeClientVpnConnections .* denied +\S/m);
  allowAgain();

  lab.simulator.deny('DescribeClientVpnEndpoints');
  const other = await lab.run('check', '--aws');
  expect(other.code).toBe(1);
  expect(other.stdout).toMatch(/^ec2:DescribeClientVpnEndpoints .* denied +\S/m);
  expect(other.stdout).toMatch(
    /^ec2:DescribeClientVpnConnections .*client-vpn-endpoint\/\* +not asked +which endpoints there are is not known$/m,
  );
});

test('check --aws says when a role cannot be assumed', async () => {
  const role = 'arn:aws:iam::444455556666:role/exporter';
  const lab = await openLab({ targets: `{regions: [eu-west-1], role_arn: "${role}"}` });
  lab.simulator.deny('AssumeRole');
  const { code, stdout } = await lab.run('check', '--aws');
  expect(code).toBe(1);
  expect(stdout).toMatch(/denied +\S/);
  expect(stdout).toContain('AssumeRole');
});

test('an empty file is every default, and probably not meant', async () => {
  const lab = await openLab();
  for (const text of ['', '# client_vpn:\n']) {
    writeFileSync(lab.configFile, text);
    const { code, stdout } = await lab.run('check');
    expect([code, stdout.split('\n')[1]]).toEqual([
      0,
      `warning: ${lab.configFile} is empty: every key has its default`,
    ]);
  }
  writeFileSync(lab.configFile, '{}');
  expect((await lab.run('check')).stdout).not.toContain('warning');
});
