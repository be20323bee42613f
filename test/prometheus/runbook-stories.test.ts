import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { DEADLINE_MS, eventually } from '../program/program.ts';
import { needs } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
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

/** The WebSocket API that the examples name, and where its ids come from. */
const websocketFrom = (source: string, more = '') =>
  `enabled: true, ${EVERY_SECOND}, ${more} endpoints: [{url: "https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod", source: {type: ${source}}}]`;

/** A story of that API, whose ids are lines of a file: so many living connections, and so many that have ended. */
async function storyOfIds(living: number, dead: number, more?: string): Promise<Story> {
  const websocket = websocketFrom('file, path: ids.txt', more);
  const told = await beginStory({ clientVpn: 'enabled: false', websocket });
  const ids = Array.from({ length: living + dead }, () => told.lab.websockets.connect('a1b2c3d4e5'));
  for (const id of ids.slice(living)) told.lab.websockets.disconnect(id);
  writeFileSync(join(told.lab.folder, 'ids.txt'), ids.map((id) => `${id}\n`).join(''));
  return told;
}

story('ids of connections that are dead: nobody tells when they end', async () => {
  const page = 'WebSocketGhostShareHigh';
  const told = await storyOfIds(1, 7);
  await told.finds(page, 'lookups', { ...PLACE, status: 'gone' });
  await told.findsNothing(page, 'closed_total');
  const routes = (await typed(told, page, 'get-routes')).output;
  expect(routes).toContain('$connect');
  expect(routes).not.toContain('$disconnect');
});

story('an estimate that is too wide: too few of many ids are looked up', async () => {
  const page = 'WebSocketEstimateTooWide';
  const told = await storyOfIds(60, 60, 'sample_size: 12,');
  const figure = async (word: string, metric: object = PLACE) =>
    Number((await told.finds(page, word, metric)).value?.[1]);
  await eventually(async () => {
    const width = (await figure('upper_bound')) - (await figure('lower_bound'));
    expect(width).toBeGreaterThan(12);
  });
  expect(await figure('sampled', { ...PLACE, status: 'active' })).toBeLessThanOrEqual(12);
  await told.findsNothing(page, 'request_errors');
});

story('events that are lost: the function that sends them has another token', async () => {
  const page = 'AwsConnectionsIntakeEventsLost';
  const token = join(temporaryFolder(), 'token');
  writeFileSync(token, 'new\n');
  const told = await beginStory({
    clientVpn: 'enabled: false',
    websocket: websocketFrom('intake'),
    intake: `enabled: true, listen_address: "127.0.0.1:0", token_file: "${token}"`,
  });
  const send = async (word: string, id: string) => {
    const headers = { 'X-Intake-Token': word, ConnectionId: id };
    return (await fetch(`${told.daemon.intakeUrl}/websocket/connect`, { method: 'POST', headers })).status;
  };
  expect(await send('old', 'first=')).toBe(401);
  await told.finds(page, 'intake_events', { result: 'unauthorized' });
  writeFileSync(token, 'old\n');
  told.daemon.kill('SIGHUP');
  await eventually(async () => expect(await send('old', 'second=')).not.toBe(401));
});
