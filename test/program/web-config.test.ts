import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { webFile } from '../web-config/folder.ts';
import { OF_TOOLKIT } from '../web-config/table.ts';
import { total } from './exposition.ts';
import { openLab } from './lab.ts';
import { eventually, run } from './program.ts';

const SUCCESSFUL = 'aws_connections_exporter_config_last_reload_successful';
const GOOD = 'tls_server_config: {cert_file: server.pem, key_file: server.key}\n';
const BAD = 'tls_server_config:\n  cert_file: server.pem\n  key_file: other.key\n';

test('no file that the toolkit refuses lets the exporter start: exit 1, and the log names file and reason', async () => {
  const outcomes: unknown[] = [];
  for (const { name, text, refused } of OF_TOOLKIT) {
    if (!refused) continue;
    const path = text === undefined ? '/nowhere/web.yml' : webFile(text);
    const { code, stderr } = await run([
      'serve',
      `--web.config.file=${path}`,
      '--storage.path=',
      '--log.format=json',
    ]);
    const lines = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    const wrong = lines.filter(({ msg }) => msg !== 'The web configuration cannot be used');
    const problems = lines.map(({ problem = '' }) => problem);
    const isTold = problems.some((problem) => problem.startsWith(path)) && refused.test(problems.join('\n'));
    outcomes.push({ name, code, wrong, isTold });
  }
  const expected = OF_TOOLKIT.filter(({ refused }) => refused).map(({ name }) => ({
    name,
    code: 1,
    wrong: [],
    isTold: true,
  }));
  expect(outcomes).toEqual(expected);
});

test('serve and demo say what is wrong with the web configuration and with the configuration, all at once', async () => {
  const path = webFile(BAD);
  const config = join(path, '..', 'exporter.yaml');
  writeFileSync(config, 'client_vpn: {page_sise: 5}\n');
  const served = await run([
    'serve',
    `--config.file=${config}`,
    `--web.config.file=${path}`,
    '--storage.path=',
  ]);
  expect(served.code).toBe(1);
  expect(served.stderr).toContain('page_sise: unknown key, did you mean page_size?');
  const told = `${path}:3: tls_server_config.key_file: `;
  expect(served.stderr).toContain(told);
  const demo = await run(['demo', `--web.config.file=${path}`]);
  expect(demo.code).toBe(1);
  expect(demo.stderr).toContain(told);
});

test('check judges a web configuration alone, with the configuration, and named by the intake', async () => {
  const good = webFile(`${GOOD}rate_limit: {interval: 1s}\n`);
  const alone = await run(['check', `--web.config.file=${good}`]);
  expect(alone).toMatchObject({ code: 0, stderr: '' });
  expect(alone.stdout.split('\n').slice(0, 3)).toEqual([
    'The default configuration is valid',
    `${good} is valid`,
    `warning: ${good}:2: rate_limit.burst: with none, every request is refused with 429; set how many may come at once`,
  ]);

  const empty = webFile('');
  expect((await run(['check', `--web.config.file=${empty}`])).stdout).toContain(
    `warning: ${empty}: is empty: everybody may come in, over plain HTTP; {} says that this is meant`,
  );

  const bad = webFile(BAD);
  const lab = await openLab({ intake: `web_config_file: ${bad}`, clientVpn: 'page_sise: 5' });
  const { code, stdout } = await lab.run('check', `--web.config.file=${bad}`);
  expect(code).toBe(1);
  const reason =
    /key_file: .*other.key: failed to load the certificate with its key: the private key does not match/;
  const lines = stdout.trimEnd().split('\n');
  expect(lines).toEqual([
    expect.stringContaining('client_vpn.page_sise: unknown key'),
    expect.stringMatching(reason),
    expect.stringMatching(reason),
    '3 problems found',
  ]);
  expect(lines[1]).toContain(`${lab.configFile}:6: intake.web_config_file: ${bad}:3: `);
  expect(lines[2]?.startsWith(`${bad}:3: `)).toBe(true);

  const open = webFile(
    'http_server_config: {http2: false}\nbasic_auth_users: {}\ntls_server_config: {min_version: TLS13}\n',
  );
  lab.configure({ intake: `web_config_file: ${open}` });
  expect((await lab.run('check')).stdout).toContain(
    `warning: intake.web_config_file: ${open}:3: tls_server_config: it does not`,
  );
});

test('a broken web configuration of the intake is refused at start and at reload, and followed once it is mended', async () => {
  const lab = await openLab();
  const web = join(lab.folder, 'web.yml');
  lab.configure({ intake: 'web_config_file: web.yml' });
  const refused = await lab.run('serve', '--storage.path=');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain(`intake.web_config_file: ${web}: cannot be read: ENOENT`);

  writeFileSync(web, 'rate_limit: {interval: 1s, burst: 5}\n');
  const daemon = await lab.serve(['--config.enable-auto-reload']);
  writeFileSync(web, 'rate_limit: {interval: 1d}\n');
  daemon.kill('SIGHUP');
  await eventually(async () => expect(total(await daemon.scrape(), SUCCESSFUL)).toBe(0));
  expect(daemon.stderr()).toContain(
    `intake.web_config_file: ${web}:1: rate_limit.interval: expected a duration`,
  );
  rmSync(web);
  writeFileSync(web, '');
  await eventually(async () => expect(daemon.stderr()).toContain(`${web}: is empty; write {} into it`));
  expect(total(await daemon.scrape(), SUCCESSFUL)).toBe(0);
  writeFileSync(web, '{}\n');
  await eventually(async () => expect(total(await daemon.scrape(), SUCCESSFUL)).toBe(1));
});
