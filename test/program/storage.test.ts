import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { total } from './exposition.ts';
import { type Lab, openLab, ready } from './lab.ts';
import { run } from './program.ts';

function populate({ world }: Lab): { readonly endpointId: string; readonly connectionId: string } {
  const endpointId = world.addEndpoint();
  const connectionId = world.connect(endpointId);
  world.talk(connectionId, { ingressBytes: 1_000, egressBytes: 2_000, ingressPackets: 3, egressPackets: 4 });
  return { endpointId, connectionId };
}

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
