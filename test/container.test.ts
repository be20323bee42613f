import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFailed, test } from 'vitest';
import { last, toPairs } from './support/dockerfile.ts';
import { freePort } from './support/free-port.ts';
import { buildImage, type Image, unprivileged } from './support/image.ts';

let folder: string;
let image: Image;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'container-'));
  chmodSync(folder, 0o755);
  image = buildImage(folder, { REVISION: 'abc1234' });
  execFileSync('chmod', ['-R', 'a-w', image.root]);
  chmodSync(join(image.root, last(image.stage, 'VOLUME').rest), 0o700);
}, 300_000);

afterAll(() => {
  execFileSync('chmod', ['-R', 'u+w', folder]);
  rmSync(folder, { recursive: true });
});

/** The command line of the image, with more arguments, as the image's user. */
function command(...more: readonly string[]): readonly [string, ...string[]] {
  return unprivileged([...image.toCommand(last(image.stage, 'ENTRYPOINT').rest), ...more]);
}

test('the image says what it is and runs as nobody in particular, without a shell', () => {
  const { stage } = image;
  expect(last(stage, 'USER').rest).toMatch(/^[1-9][0-9]*:[1-9][0-9]*$/);
  expect(last(stage, 'EXPOSE').rest).toBe('10176 10177');
  expect(stage.instructions.map(({ name }) => name)).not.toContain('RUN');
  const labels = Object.fromEntries(toPairs(last(stage, 'LABEL').rest));
  for (const label of ['title', 'licenses', 'source', 'version', 'revision']) {
    expect(labels).toHaveProperty([`org.opencontainers.image.${label}`]);
  }
});

test('it starts, and knows which version and revision it is', async () => {
  const [file, ...args] = command('--version');
  const { stdout } = await promisify(execFile)(file, args, { cwd: image.root, env: image.env });
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(stdout).toContain(version);
  expect(stdout).toContain('abc1234');
});

test('it brings the list of what is in it, and the licences', () => {
  const dist = join(image.root, 'app/dist');
  const { components } = JSON.parse(readFileSync(join(dist, 'sbom.cdx.json'), 'utf8')) as {
    components: object[];
  };
  expect(components.length).toBeGreaterThan(100);
  expect(readFileSync(join(dist, 'THIRD-PARTY-LICENSES.txt'), 'utf8')).toContain('express 5.');
});

/** Starts the image with these arguments, waits until it is healthy, does `work`, and ends it with SIGTERM; what it logged. */
async function running(
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  work: (port: number) => Promise<void>,
): Promise<string> {
  const port = await freePort();
  const [file, ...words] = command(...args, `--web.listen-address=127.0.0.1:${port}`);
  const exporter = spawn(file, words, {
    cwd: join(image.root, 'app'),
    env: { ...image.env, ...env },
    stdio: 'pipe',
  });
  const exited = once(exporter, 'exit');
  let log = '';
  onTestFailed(() => console.error(log));
  exporter.stderr.on('data', (chunk) => {
    log += chunk;
  });
  try {
    const healthy = () => fetch(`http://127.0.0.1:${port}/-/healthy`).then(({ status }) => status, String);
    await expect.poll(healthy, { timeout: 20_000 }).toBe(200);
    await work(port);
  } finally {
    exporter.kill('SIGTERM');
  }
  expect(await exited).toEqual([0, null]);
  return log;
}

test('it is healthy when AWS cannot be reached, writes to its volume only, and ends on SIGTERM', async () => {
  const config = join(folder, 'exporter.yaml');
  writeFileSync(config, 'targets: [{ regions: [eu-west-1] }]\naws: { endpoint_url: "http://127.0.0.1:1" }\n');
  const keys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'example' };
  const log = await running([`--config.file=${config}`], keys, async (port) => {
    const check = last(image.stage, 'HEALTHCHECK').rest.replace(/^CMD /, '');
    expect(check).toContain(`:${last(image.stage, 'EXPOSE').rest.split(' ')[0]}/`);
    const [probe, ...probeArgs] = unprivileged(image.toCommand(check.replace(':10176/', `:${port}/`)));
    await promisify(execFile)(probe, probeArgs);
  });
  expect(log).not.toMatch(/EACCES|EROFS/);
});

test('it runs the demo, and brings its dashboards along', async () => {
  const log = await running(['demo'], {}, async (port) => {
    const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
    await expect.poll(async () => (await get('/-/ready')).status, { timeout: 20_000 }).toBe(200);
    const dashboard = await get('/dashboards/client-vpn-overview.json');
    expect(await dashboard.json()).toMatchObject({ uid: 'aws-client-vpn-overview' });
  });
  expect(log).not.toMatch(/EACCES|EROFS|level=ERROR/);
});
