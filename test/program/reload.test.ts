import { execFileSync } from 'node:child_process';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { total } from './exposition.ts';
import { type Daemon, type Lab, listening, openLab, ready } from './lab.ts';
import { DEADLINE_MS, eventually, start } from './program.ts';
import { openVolume } from './volume.ts';

const SUCCESSFUL = 'aws_connections_exporter_config_last_reload_successful';
const USERS = 'users: {enabled: true}';

/** A daemon with one connection by alice, whose configuration has no series by user yet. */
async function daemonWithoutUsers(...flags: readonly string[]): Promise<{ lab: Lab; daemon: Daemon }> {
  const lab = await openLab();
  lab.world.connect(lab.world.addEndpoint(), { username: 'alice' });
  const daemon = await lab.serve(flags);
  await ready(daemon);
  expect(total(await daemon.scrape(), 'aws_client_vpn_user_connections')).toBe(undefined);
  return { lab, daemon };
}

async function showsUsers(daemon: Daemon): Promise<void> {
  expect(total(await daemon.scrape(), 'aws_client_vpn_user_connections', { user: 'alice' })).toBe(1);
}

test('SIGHUP puts a good file in force and refuses a broken one', async () => {
  const { lab, daemon } = await daemonWithoutUsers();
  lab.configure({ clientVpn: USERS });
  daemon.kill('SIGHUP');
  await eventually(() => showsUsers(daemon));
  expect(daemon.stderr()).toContain('msg="The configuration was reloaded"');

  lab.configure({ clientVpn: 'user: {enabled: false}' });
  daemon.kill('SIGHUP');
  await eventually(async () => expect(total(await daemon.scrape(), SUCCESSFUL)).toBe(0));
  const line = daemon
    .stderr()
    .split('\n')
    .find((each) => each.includes('was not reloaded'));
  expect(line).toContain('client_vpn.user: unknown key, did you mean users?');
  await showsUsers(daemon);
  expect((await daemon.get('/config')).text).toContain('enabled: true');
  expect((await daemon.get('/-/ready')).status).toBe(200);

  lab.configure({ clientVpn: USERS });
  daemon.kill('SIGHUP');
  await eventually(async () => expect(total(await daemon.scrape(), SUCCESSFUL)).toBe(1));
});

test('POST /-/reload does the same with --web.enable-lifecycle, and is refused without', async () => {
  const { lab, daemon } = await daemonWithoutUsers('--web.enable-lifecycle');
  const reload = async (url: string) => {
    const response = await fetch(`${url}/-/reload`, { method: 'POST' });
    return { status: response.status, text: await response.text() };
  };
  lab.configure({ clientVpn: `${USERS}, page_size: 1` });
  const refused = await reload(daemon.url);
  expect(refused.status).toBe(400);
  expect(refused.text).toContain('client_vpn.page_size');
  lab.configure({ clientVpn: USERS });
  expect((await reload(daemon.url)).status).toBe(200);
  await eventually(() => showsUsers(daemon));

  daemon.kill('SIGTERM');
  await daemon.ended;
  const without = await lab.serve();
  expect((await reload(without.url)).status).toBe(403);
});

test(
  '--config.enable-auto-reload follows the file, also when it is replaced whole',
  async () => {
    const { lab, daemon } = await daemonWithoutUsers('--config.enable-auto-reload');
    lab.configure({ clientVpn: USERS });
    await eventually(() => showsUsers(daemon));
    const next = `${lab.configFile}.next`;
    writeFileSync(next, 'client_vpn: {enabled: false, scedule: 1}\n');
    renameSync(next, lab.configFile);
    await eventually(async () => expect(total(await daemon.scrape(), SUCCESSFUL)).toBe(0));
    await showsUsers(daemon);
  },
  3 * DEADLINE_MS,
);

const WEBSOCKET = 'enabled: true, endpoints: [{url: "https://a.example/x", source: {type: intake}}]';

test(
  '--config.enable-auto-reload follows every file that the configuration names, and refuses no event meanwhile',
  async () => {
    const lab = await openLab();
    const volume = openVolume(join(lab.folder, 'secrets'));
    volume.mount({ token: 'first\n', key: 'one' });
    const intake = `enabled: true, listen_address: "127.0.0.1:0", token_file: "${volume.folder}/token"`;
    const clientVpn = `identity: hash, identity_key_file: "${volume.folder}/key", users: {enabled: true}`;
    lab.configure({ clientVpn, websocket: WEBSOCKET, intake });
    lab.world.connect(lab.world.addEndpoint(), { username: 'alice' });
    const daemon = await lab.serve(['--config.enable-auto-reload']);
    await ready(daemon);
    const post = async (token: string, id: string) => {
      const headers = { 'X-Intake-Token': token, ConnectionId: id };
      return (await fetch(`${daemon.intakeUrl}/websocket/connect`, { method: 'POST', headers })).status;
    };
    const user = async () => {
      const keys = [...(await daemon.scrape()).keys()];
      return keys.flatMap((key) => /^aws_client_vpn_user_connections\{.*user="(.*?)"/.exec(key)?.[1] ?? []);
    };
    const before = await user();
    expect([await post('first', 'a='), await post('second', 'b=')]).toEqual([200, 401]);

    // The key alone changes: who sends the token all the time is never refused.
    const answers = new Set<number>();
    volume.mount({ token: 'first\n', key: 'two' });
    await eventually(async () => {
      answers.add(await post('first', 'c='));
      const now = await user();
      expect(now).toEqual([expect.stringMatching(/^[0-9a-f]{16}$/)]);
      expect(now).not.toEqual(before);
    });
    expect([...answers]).toEqual([200]);

    volume.mount({ token: 'second\n', key: 'two' });
    await eventually(async () => expect(await post('second', 'd=')).toBe(200));
    expect(await post('first', 'e=')).toBe(401);

    // A version that lacks a file is refused with the reason; with it, everything goes on by itself.
    rmSync(join(volume.folder, 'key'));
    volume.mount({ token: 'third\n' });
    await eventually(async () => expect(total(await daemon.scrape(), SUCCESSFUL)).toBe(0));
    expect(daemon.stderr()).toMatch(/was not reloaded.*identity_key_file: \S+key cannot be read: ENOENT/);
    expect(await post('second', 'f=')).toBe(200);
    volume.mount({ token: 'third\n', key: 'two' });
    await eventually(async () => expect(total(await daemon.scrape(), SUCCESSFUL)).toBe(1));
    expect(await post('third', 'g=')).toBe(200);
  },
  6 * DEADLINE_MS,
);

test('without --config.enable-auto-reload nothing is watched', async () => {
  const { lab, daemon } = await daemonWithoutUsers();
  const flags = [`--config.file=${lab.configFile}`, '--storage.path=', '--web.listen-address=127.0.0.1:0'];
  const watching = await listening(start(['serve', ...flags, '--config.enable-auto-reload']));
  lab.configure({ clientVpn: USERS });
  await eventually(() => showsUsers(watching));
  expect(daemon.stderr()).not.toContain('reloaded');
});

test('a file that was emptied is refused, one that says {} is not', async () => {
  const { lab, daemon } = await daemonWithoutUsers('--web.enable-lifecycle');
  const reload = async () => {
    const response = await fetch(`${daemon.url}/-/reload`, { method: 'POST' });
    return `${response.status} ${await response.text()}`;
  };
  for (const text of ['', '\n', '# client_vpn:\n', '---\n', 'null\n']) {
    writeFileSync(lab.configFile, text);
    expect(await reload()).toMatch(/^400 .*exporter\.yaml: is empty; write \{\} into it/s);
  }
  expect((await daemon.get('/config')).text).toContain(lab.simulator.url);
  writeFileSync(lab.configFile, '{}');
  expect(await reload()).not.toContain('is empty');
});

test('very many signals are one reload more', async () => {
  const { lab, daemon } = await daemonWithoutUsers();
  lab.simulator.failNext(1, 'hang');
  for (let n = 0; n < 200; n += 1) daemon.kill('SIGHUP');
  const reloads = () => daemon.stderr().split('The configuration was reloaded').length - 1;
  await eventually(() => expect(reloads()).toBeGreaterThan(0));
  lab.configure({ clientVpn: USERS });
  daemon.kill('SIGHUP');
  await eventually(() => showsUsers(daemon));
  expect(reloads()).toBeLessThanOrEqual(4);
});

test.each([
  ['a pipe', 'it is a pipe or a device'],
  ['ten megabytes', 'it is larger than 4 MiB'],
  ['two megabytes', 'it is larger than 1 MiB'],
  ['100,000 unknown keys', 'more keys, values and signs'],
])('a configuration of %s is refused while the exporter goes on', async (kind, reason) => {
  const { lab, daemon } = await daemonWithoutUsers();
  rmSync(lab.configFile);
  if (kind === 'a pipe') execFileSync('sh', ['-c', 'mkfifo "$0"', lab.configFile]);
  else if (kind === 'ten megabytes') writeFileSync(lab.configFile, '#'.repeat(10_000_000));
  else if (kind === 'two megabytes') writeFileSync(lab.configFile, '#'.repeat(2_000_000));
  else writeFileSync(lab.configFile, Array.from({ length: 100_000 }, (_, n) => `k${n}: 1\n`).join(''));
  daemon.kill('SIGHUP');
  await eventually(async () => expect(total(await daemon.scrape(), SUCCESSFUL)).toBe(0));
  expect(daemon.stderr()).toContain(reason);
});
