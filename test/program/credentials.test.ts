import { expect, test } from 'vitest';
import { credentialHelper, isRunning, sharedFiles } from '../support/credentials.ts';
import { openLab, ready } from './lab.ts';
import { cleanEnv, eventually, run } from './program.ts';

const TARGET = '{name: lab, regions: [eu-west-1], profile: network, account_id: "111122223333"}';

test('check --aws says in its table which profile fails, and whose credentials it has', async () => {
  const lab = await openLab({ targets: TARGET });
  lab.world.addEndpoint();
  const files = sharedFiles();
  const env = { ...cleanEnv, ...files.env };
  const check = () => run(['check', '--aws', `--config.file=${lab.configFile}`], { env });
  files.credentials({ other: 'AKIAOTHER' });
  const misspelt = await check();
  expect(misspelt.code).toBe(1);
  expect(misspelt.stdout).toMatch(
    /^\* +lab +not asked +profile network: getting credentials failed \(ProfileError\): there is no such profile in .*: known are other; /m,
  );
  expect(misspelt.stdout).not.toContain('denied');

  files.credentials({ network: 'AKIAHOME' });
  expect((await check()).code).toBe(0);

  lab.configure({ targets: TARGET.replace('111122223333', '444455556666') });
  const other = await check();
  expect(other.code).toBe(1);
  expect(other.stdout).toMatch(
    /^\* +lab +not asked .*profile network are of account 111122223333, but account_id names account 444455556666/m,
  );
});

test('check --aws says denied of what AWS denied, and of nothing else', async () => {
  const lab = await openLab({
    targets: '{name: lab, regions: [eu-west-1, eu-west-2]}',
    websocket: 'enabled: true, discover: true, discover_source: {type: intake}',
    intake: 'enabled: true, allow_unauthenticated: true',
  });
  const none = await run(['check', '--aws', `--config.file=${lab.configFile}`], { env: cleanEnv });
  expect([none.code, lab.simulator.requests()]).toEqual([1, []]);
  const rows = none.stdout
    .trimEnd()
    .split('\n')
    .slice(none.stdout.split('\n').findIndex(isHeader) + 1);
  expect(rows).toEqual([
    expect.stringMatching(/^\* +lab +not asked +getting credentials failed .* no usable credentials/),
  ]);

  lab.simulator.deny('GetCallerIdentity');
  const denied = await lab.run('check', '--aws');
  expect(denied.code).toBe(1);
  expect(denied.stdout).toMatch(
    /^sts:GetCallerIdentity +lab +denied +sts:GetCallerIdentity failed .*needs no permission/m,
  );

  lab.configure({
    targets: '{name: lab, regions: [eu-west-1]}',
    aws: 'max_attempts: 1, endpoint_urls: {sts: "http://127.0.0.1:1"}',
  });
  const silent = await lab.run('check', '--aws');
  expect(silent.code).toBe(1);
  expect(silent.stdout).toMatch(
    /^sts:GetCallerIdentity +lab +unknown +sts:GetCallerIdentity failed \(ECONNREFUSED\)/m,
  );
});

function isHeader(line: string): boolean {
  return line.startsWith('ACTION');
}

test('check warns of switches that the SDK does not read', async () => {
  const lab = await openLab();
  const env = { ...cleanEnv, AWS_USE_FIPS_ENDPOINT: 'True' };
  const { code, stdout } = await run(['check', `--config.file=${lab.configFile}`], { env });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^warning: AWS_USE_FIPS_ENDPOINT=True: /m);
});

test('a daemon takes up a rewritten credentials file at SIGHUP', async () => {
  const lab = await openLab({ targets: TARGET });
  const endpointId = lab.world.addEndpoint();
  const files = sharedFiles();
  const helper = credentialHelper(files.folder);
  files.config(`[profile network]\ncredential_process = ${helper.path}\n`);
  helper.fails('the vault is sealed');
  const daemon = await lab.serve([], { env: { ...cleanEnv, ...files.env } });
  await ready(daemon);
  expect(daemon.stderr()).toContain('the vault is sealed');
  expect((await daemon.get('/metrics')).text).not.toContain('aws_client_vpn_up{');

  files.config('');
  files.credentials({ network: 'AKIAHOME' });
  daemon.kill('SIGHUP');
  await eventually(async () => {
    const { text } = await daemon.get('/metrics');
    expect(text).toMatch(new RegExp(`^aws_client_vpn_up\\{[^}]*${endpointId}[^}]*\\} 1$`, 'm'));
  });
});

test.each(['SIGTERM', 'SIGINT'] as const)(
  'a helper that hangs ends with the daemon at %s',
  async (signal) => {
    const lab = await openLab({ targets: TARGET });
    const files = sharedFiles();
    const helper = credentialHelper(files.folder);
    files.config(`[profile network]\ncredential_process = ${helper.path}\n`);
    helper.hangs();
    const daemon = await lab.serve([], { env: { ...cleanEnv, ...files.env } });
    await eventually(() => expect(helper.hung()).toHaveLength(2));
    daemon.kill(signal);
    expect((await daemon.ended).code).toBe(0);
    await eventually(() => expect(helper.hung().filter(isRunning)).toEqual([]));
  },
);
