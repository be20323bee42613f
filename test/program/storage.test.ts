import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toSeries, total } from './exposition.ts';
import { type Lab, openLab, ready } from './lab.ts';
import { DEADLINE_MS, eventually, launch, main, run, start } from './program.ts';

function populate({ world }: Lab): { readonly endpointId: string; readonly connectionId: string } {
  const endpointId = world.addEndpoint();
  const connectionId = world.connect(endpointId);
  world.talk(connectionId, { ingressBytes: 1_000, egressBytes: 2_000, ingressPackets: 3, egressPackets: 4 });
  return { endpointId, connectionId };
}

test('once says in its exit code that what it counted was not saved', async () => {
  const lab = await openLab();
  const { endpointId } = populate(lab);
  for (let n = 0; n < 100; n += 1) lab.world.connect(endpointId);
  // Room for the lock, and not for the ledger.
  const flags = `--config.file=${lab.configFile} --storage.path=${lab.storage}`;
  const line = `ulimit -f 1; exec ${process.execPath} ${main} once ${flags}`;
  const { code, stdout, stderr } = await launch('sh', ['-c', line]).ended;
  expect(code).toBe(1);
  expect(total(toSeries(stdout), 'aws_client_vpn_up')).toBe(1);
  expect(stderr).toContain('the disk did not take what changed last in client-vpn/');
});

test('a folder that another process holds is refused by the name of the holder', async () => {
  const lab = await openLab();
  populate(lab);
  const daemon = await lab.serve();
  const holder = `held by process ${daemon.pid} on ${hostname()}`;

  const second = await run(['serve', ...lab.serveFlags]);
  expect(second).toMatchObject({ code: 1, stdout: '' });
  expect(second.stderr).toContain(holder);
  expect(second.stderr).toContain(`cannot use the folder ${lab.storage} (--storage.path)`);

  const once = await lab.once();
  expect(once).toMatchObject({ code: 1, stdout: '' });
  expect(once.stderr).toContain(holder);

  const without = await lab.run('once', '--storage.path=');
  expect(without.code).toBe(0);
  expect(without.stdout).toContain('aws_client_vpn_connections{');

  daemon.kill('SIGTERM');
  expect(await daemon.ended).toMatchObject({ code: 0, signal: null });
  expect((await lab.once()).code).toBe(0);
});

test('once goes on with the ledger of the one before it', async () => {
  const lab = await openLab();
  const { connectionId } = populate(lab);
  const ingress = /^aws_client_vpn_ingress_bytes_total\{.*status="active"\} (.*)$/m;
  expect(ingress.exec((await lab.once()).stdout)?.[1]).toBe('0');
  lab.world.talk(connectionId, { ingressBytes: 500 });
  expect(ingress.exec((await lab.once()).stdout)?.[1]).toBe('500');
  lab.world.disconnect(connectionId);
  expect(ingress.exec((await lab.once()).stdout)?.[1]).toBe('500');
});

test.each([
  ['cut short', (text: string) => text.slice(0, text.length / 2), 'cut short'],
  [
    'changed by one character',
    (text: string) => text.replace(/\d/, (digit) => String((Number(digit) + 1) % 10)),
    '',
  ],
  ['emptied', () => '', 'cut short'],
])('a ledger that was %s is set aside with an error and a metric', async (_, damage, reason) => {
  const lab = await openLab();
  const { connectionId } = populate(lab);
  await lab.once();
  const folder = join(lab.storage, 'client-vpn');
  const [name = ''] = readdirSync(folder);
  const damaged = damage(readFileSync(join(folder, name), 'utf8'));
  writeFileSync(join(folder, name), damaged);
  lab.world.talk(connectionId, { ingressBytes: 500 });

  const daemon = await lab.serve();
  await ready(daemon);
  const series = await daemon.scrape();
  expect(total(series, 'aws_connections_exporter_storage_files_set_aside_total')).toBe(1);
  expect(total(series, 'aws_connections_exporter_storage_last_write_successful')).toBe(1);
  expect(total(series, 'aws_client_vpn_up')).toBe(1);
  expect(total(series, 'aws_client_vpn_ingress_bytes_total')).toBe(0);
  const [line, ...others] = daemon
    .stderr()
    .split('\n')
    .filter((each) => each.includes('level=ERROR'));
  expect(others).toEqual([]);
  expect(line).toContain('A stored file is broken and was set aside');
  expect(line).toContain(reason);
  const aside = readdirSync(folder).find((each) => each.startsWith(`${name}.broken-`)) ?? '';
  expect(line).toContain(aside);
  expect(readFileSync(join(folder, aside), 'utf8')).toBe(damaged);
});

const AT_ONCE = 8;
const ROUNDS = 3;

test(
  `of ${AT_ONCE} that start at once on the folder of a dead one, one lives and the others exit by its name`,
  async () => {
    const lab = await openLab({ clientVpn: 'schedule: "0 0 1 1 *", stale_after: 3y' });
    populate(lab);
    for (let round = 0; round < ROUNDS; round += 1) {
      mkdirSync(lab.storage, { recursive: true });
      const dead = {
        pid: spawnSync('true').pid,
        host: hostname(),
        since: '2026-01-01T00:00:00.000Z',
        token: 'dead',
      };
      writeFileSync(join(lab.storage, 'lock'), JSON.stringify(dead));
      const all = Array.from({ length: AT_ONCE }, () => start(['serve', ...lab.serveFlags]));
      let exited = 0;
      const codes = all.map(async ({ ended }) => {
        const { code } = await ended;
        exited += 1;
        return code;
      });
      await eventually(() => expect(exited).toBe(AT_ONCE - 1));
      const living = await eventually(() => {
        const listens = all.filter(({ stderr }) => stderr().includes('msg=Listening'));
        expect(listens).toHaveLength(1);
        return listens[0];
      });
      const losers = all.filter((one) => one !== living);
      for (const { stderr } of losers) expect(stderr()).toContain(`it is held by process ${living?.pid} on`);
      expect(readdirSync(lab.storage).filter((file) => file.startsWith('lock'))).toEqual(['lock']);
      living?.kill('SIGTERM');
      expect((await Promise.all(codes)).sort()).toEqual([0, ...losers.map(() => 1)]);
    }
  },
  10 * DEADLINE_MS,
);

test('a storage path where no folder can be is an error in words, at once', async () => {
  const lab = await openLab();
  for (const [path, reason] of [
    ['/proc/x', 'no folder can be made on this file system'],
    [`${lab.configFile}/x`, 'is a file, not a folder'],
  ] as const) {
    const { code, stderr } = await lab.run(
      'serve',
      `--storage.path=${path}`,
      '--web.listen-address=127.0.0.1:0',
    );
    expect(code).toBe(1);
    expect(stderr).toContain(`cannot use the folder ${path} (--storage.path): `);
    expect(stderr).toContain(reason);
  }
});

test('a storage folder that is deleted under the program is made again with all that is known, and counters go on', async () => {
  const lab = await openLab({ clientVpn: 'schedule: "* * * * * *"' });
  const { connectionId } = populate(lab);
  const daemon = await lab.serve();
  await ready(daemon);
  lab.world.talk(connectionId, { ingressBytes: 500 });
  const ingress = async () => total(await daemon.scrape(), 'aws_client_vpn_ingress_bytes_total');
  await eventually(async () => expect(await ingress()).toBe(500));
  rmSync(lab.storage, { recursive: true });
  await eventually(() => expect(readdirSync(join(lab.storage, 'client-vpn'))).toHaveLength(1));
  const series = await daemon.scrape();
  expect(total(series, 'aws_connections_exporter_storage_files_set_aside_total')).toBeGreaterThan(0);
  expect(daemon.stderr()).toContain('A stored file is missing: somebody removed it');
  expect((await lab.once()).stderr).toContain(`held by process ${daemon.pid}`);
  daemon.kill('SIGTERM');
  expect(await daemon.ended).toMatchObject({ code: 0 });
  expect(total(toSeries((await lab.once()).stdout), 'aws_client_vpn_ingress_bytes_total')).toBe(500);
});
