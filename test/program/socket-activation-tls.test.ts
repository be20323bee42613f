import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect } from 'vitest';
import { needs } from '../support/programs.ts';
import { WHOLE_HELLO } from '../support/tls-client.ts';
import { ask, login } from '../support/web-port.ts';
import { pem } from '../web-config/certificates.ts';
import { webFolder } from '../web-config/folder.ts';
import { ACTIVATE, activate, addresses } from './activate.ts';
import { openLab } from './lab.ts';
import { eventually } from './program.ts';

const test = needs(ACTIVATE);
const TLS = 'tls_server_config: {cert_file: server.pem, key_file: server.key}\n';
const USERS = `basic_auth_users:
  carol: $2y$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu
`;
const CAROL = { headers: login('carol', 'carol123') };
const WEBSOCKET = 'enabled: true, endpoints: [{url: "https://a.example/x", source: {type: intake}}]';
const INTAKE = 'enabled: true, allow_unauthenticated: true';

test('sockets of systemd are served over TLS with a password, one that is a file as well', async () => {
  const folder = webFolder({ 'web.yml': TLS + USERS });
  const lab = await openLab();
  const [address = ''] = await addresses(1);
  const file = join(lab.folder, 'metrics.sock');
  const web = `--web.config.file=${join(folder, 'web.yml')}`;
  const running = activate(lab, [address, file], [], undefined, [], [web]);
  const metrics = `https://${address}/metrics`;
  await eventually(async () => expect(await ask(metrics, CAROL)).toMatchObject({ status: 200 }));
  expect(await ask(metrics)).toMatchObject({ status: 401 });
  expect(await ask(`http://${address}/metrics`)).toMatchObject({ status: 400 });

  // Many at a time, though nothing tells their connections apart.
  const overFile = { socketPath: file, servername: '', ca: pem('authority.pem') };
  const crowd = Array.from({ length: 20 }, () => ask('https://127.0.0.1/metrics', { ...overFile, ...CAROL }));
  for (const asked of await Promise.all(crowd)) expect(asked).toMatchObject({ status: 200 });
  // One that stops in the middle of its handshake makes room.
  const stuck = connect(file).on('error', () => {});
  stuck.write(WHOLE_HELLO);
  await once(stuck, 'readable');
  expect(await ask('https://127.0.0.1/metrics', overFile)).toMatchObject({ status: 401 });
  stuck.destroy();

  expect(running.stderr()).toContain(`msg="TLS is enabled." http2=false address=${address}\n`);
  expect(running.stderr()).toMatch(/msg="TLS is enabled." http2=false address="descriptor 4 of systemd/);
  expect(running.stderr()).toContain(`msg=Listening urls="${metrics} descriptor 4 of systemd`);
  running.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ code: 0, signal: null });
});

test('a reload gives the intake at a socket of systemd its web configuration, changes it and takes it away', async () => {
  const folder = webFolder({ 'tls.yml': TLS, 'users.yml': TLS + USERS });
  const lab = await openLab({ websocket: WEBSOCKET, intake: INTAKE });
  const [metrics = '', intake = ''] = await addresses(2);
  const running = activate(lab, [metrics, intake], ['--fdname=metrics:intake']);
  const tell = (scheme: string, headers = {}) =>
    ask(`${scheme}://${intake}/websocket/connect`, {
      method: 'POST',
      headers: { ConnectionId: 'a=', ...headers },
    });
  const reload = async (web: string | null) => {
    const more = web === null ? '' : `, web_config_file: "${join(folder, web)}"`;
    lab.configure({ websocket: WEBSOCKET, intake: INTAKE + more });
    expect(await ask(`http://${metrics}/-/reload`, { method: 'POST' })).toMatchObject({ status: 200 });
  };
  await eventually(async () => expect(await tell('http')).toMatchObject({ status: 200 }));
  await reload('tls.yml');
  expect(await tell('https')).toMatchObject({ status: 200 });
  expect(await tell('http')).toMatchObject({ status: 400 });
  await reload('users.yml');
  expect(await tell('https')).toMatchObject({ status: 401 });
  expect(await tell('https', CAROL.headers)).toMatchObject({ status: 200 });
  await reload(null);
  expect(await tell('http')).toMatchObject({ status: 200 });
  expect(await tell('https')).toEqual({ error: expect.any(String) });
  const said = [...running.stderr().matchAll(/msg="Taking in events" urls=(\w+):/g)].map(
    ([, scheme]) => scheme,
  );
  expect(said).toEqual(['http', 'https', 'https', 'http']);
  running.kill('SIGTERM');
  expect(await running.ended).toMatchObject({ code: 0, signal: null });
});
