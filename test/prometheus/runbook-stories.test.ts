import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { DEADLINE_MS, eventually } from '../program/program.ts';
import { needs } from '../support/programs.ts';
import { commandsOf } from './runbook-pages.ts';
import { CONNECTION, ENDPOINT } from './runbook-world.ts';
import { beginStory, EVERY_SECOND, type Story } from './story.ts';

const PLACE = { account_id: '111122223333', region: 'eu-west-1' };
const CONNECTIONS = 'DescribeClientVpnConnections';

/** Somebody follows a page, from the trouble to its cause, and to its end. */
function story(name: string, follow: () => Promise<void>): void {
  needs('aws', 'prometheus')(name, { timeout: 4 * DEADLINE_MS }, follow);
}

/** Types the commands of a page that have this word. */
const typed = ({ type }: Story, page: string, word: string) => type(commandsOf(page, word).join(''));

story('a target that cannot be read: the credentials have expired', async () => {
  const page = 'AwsConnectionsTargetDown';
  const told = await beginStory();
  told.lab.simulator.failNext(Number.POSITIVE_INFINITY, 'expired-token');
  await told.finds(page, 'target_up', { collector: 'client-vpn', ...PLACE });
  await told.finds(page, 'request_errors', { api: 'ec2', operation: CONNECTIONS, error: 'denied' });
  const asked = await typed(told, page, 'check --aws');
  expect(asked.code).toBe(1);
  expect(asked.output).toMatch(/expired/i);
  told.lab.simulator.clearFaults();
  expect((await typed(told, page, 'check --aws')).code).toBe(0);
  await told.findsNothing(page, 'target_up');
});

story('an exporter that is down: its configuration was spoilt, and it does not come back', async () => {
  const page = 'AwsConnectionsExporterDown';
  const told = await beginStory();
  told.lab.configure({ clientVpn: 'shedule: "* * * * *"' });
  told.daemon.kill('SIGTERM');
  await told.daemon.ended;
  await told.finds(page, 'up == 0', { job: 'exporter', instance: new URL(told.daemon.url).host });
  await told.finds(page, 'version', { job: 'exporter' });
  const asked = await typed(told, page, 'check --aws');
  expect(asked.code).toBe(1);
  expect(asked.output).toContain('client_vpn.shedule');
  told.lab.configure({ clientVpn: EVERY_SECOND });
  expect((await typed(told, page, 'check --aws')).code).toBe(0);
  await told.lab.serve([`--web.listen-address=${new URL(told.daemon.url).host}`]);
  await told.findsNothing(page, 'up == 0');
});

story('passes that do not begin: the one before waits for an answer', async () => {
  const page = 'AwsConnectionsPassesOverdue';
  const told = await beginStory();
  told.lab.simulator.failNext(Number.POSITIVE_INFINITY, 'hang', { action: CONNECTIONS });
  await told.finds(page, 'overdue', { collector: 'client-vpn' });
  expect((await told.finds(page, 'interval_seconds', { collector: 'client-vpn' })).value?.[1]).toBe('1');
  await told.finds(page, 'passes_skipped', { collector: 'client-vpn' });
  await told.logs(/No pass has begun for two intervals/);
  told.lab.simulator.clearFaults();
  await told.findsNothing(page, 'overdue');
});

story('passes that are left out: one call is slower than the schedule', async () => {
  const page = 'AwsConnectionsPassesSkipped';
  const told = await beginStory();
  told.lab.simulator.failNext(Number.POSITIVE_INFINITY, { slow: 1500 }, { action: CONNECTIONS });
  await told.finds(page, 'passes_skipped', { collector: 'client-vpn' });
  await eventually(async () => {
    const { value } = await told.finds(page, 'collector_duration', { collector: 'client-vpn' });
    expect(Number(value?.[1])).toBeGreaterThan(1);
  });
  expect((await told.finds(page, 'interval_seconds', { collector: 'client-vpn' })).value?.[1]).toBe('1');
  await eventually(async () => {
    const slow = Number(
      (await told.finds(page, 'duration_seconds_sum', { operation: CONNECTIONS })).value?.[1],
    );
    expect(slow).toBeGreaterThan(1);
  });
  await told.findsNothing(page, 'throttled');
});

story('a storage folder that cannot be written: something else stands in its place', async () => {
  const page = 'AwsConnectionsStorageNotWritten';
  const told = await beginStory();
  const { storage } = told.lab;
  renameSync(storage, `${storage}-before`);
  writeFileSync(storage, '');
  await told.finds(page, 'last_write_successful', { job: 'exporter' });
  await told.logs(/The ledger was not written.*is a file, not a folder/);
  const looked = await typed(told, page, 'ls -ld');
  expect(looked.code).not.toBe(0);
  expect(looked.output).toMatch(/Not a directory/);
  rmSync(storage);
  renameSync(`${storage}-before`, storage);
  await told.findsNothing(page, 'last_write_successful');
});

story('records that are rejected: AWS shows a number in another way', async () => {
  const page = 'AwsConnectionsRecordsRejected';
  const told = await beginStory();
  told.lab.world.set(CONNECTION, { ingressBytes: '1,000' });
  await told.finds(page, 'records_rejected', { collector: 'client-vpn', field: 'ingress_bytes' });
  await told.logs(/A value from AWS was rejected.*1,000/);
  expect((await typed(told, page, 'describe-client-vpn-connections')).output).toMatch(/\b1,000\b/);
});

story('an endpoint that is gone: AWS does not have it any more', async () => {
  const page = 'ClientVpnEndpointGone';
  const told = await beginStory();
  const listed = async () => (await typed(told, page, 'describe-client-vpn-endpoints')).output;
  expect(await listed()).toContain(ENDPOINT);
  told.lab.world.removeEndpoint(ENDPOINT);
  await told.finds(page, 'last_success', { ...PLACE, endpoint_id: ENDPOINT });
  expect(await listed()).not.toContain(ENDPOINT);
});

story('a configuration that was refused: a word in it is wrong', async () => {
  const page = 'AwsConnectionsConfigReloadFailed';
  const told = await beginStory();
  told.lab.configure({ clientVpn: `${EVERY_SECOND}, stale_afterr: 10m` });
  told.daemon.kill('SIGHUP');
  await told.finds(page, 'reload_successful', { job: 'exporter' });
  const asked = await typed(told, page, 'check');
  expect(asked.code).toBe(1);
  expect(asked.output).toContain('client_vpn.stale_afterr');
  told.lab.configure({ clientVpn: EVERY_SECOND });
  expect((await typed(told, page, 'check')).code).toBe(0);
  told.daemon.kill('SIGHUP');
  await told.findsNothing(page, 'reload_successful');
});

story('ids of connections that are dead: nobody tells when they end', async () => {
  const page = 'WebSocketGhostShareHigh';
  const told = await beginStory({
    clientVpn: 'enabled: false',
    websocket: `enabled: true, ${EVERY_SECOND}, endpoints: [{url: "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod", source: {type: file, path: ids.txt}}]`,
  });
  const ids = Array.from({ length: 8 }, () => told.lab.websockets.connect('a1b2c3d4e5'));
  writeFileSync(join(told.lab.folder, 'ids.txt'), ids.map((id) => `${id}\n`).join(''));
  for (const id of ids.slice(1)) told.lab.websockets.disconnect(id);
  await told.finds(page, 'lookups', { ...PLACE, status: 'gone' });
  await told.findsNothing(page, 'closed_total');
  const routes = (await typed(told, page, 'get-routes')).output;
  expect(routes).toContain('$connect');
  expect(routes).not.toContain('$disconnect');
});
