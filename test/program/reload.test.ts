import { renameSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { total } from './exposition.ts';
import { type Daemon, type Lab, openLab, ready } from './lab.ts';
import { DEADLINE_MS, eventually } from './program.ts';

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
