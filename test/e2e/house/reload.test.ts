import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HOME } from '../../support/configuration.ts';
import { type RigOptions, said, startRig, until } from '../../support/exporter.ts';
import type { Exposition } from '../../support/exposition.ts';

const RELOADED = 'aws_connections_exporter_config_last_reload_successful';
const RELOADED_AT = 'aws_connections_exporter_config_last_reload_success_timestamp_seconds';

const WRITTEN = 'aws_connections_exporter_storage_last_write_successful';
const LISTING = 'DescribeClientVpnConnections';

const ofEndpoints = ({ series }: Exposition) =>
  series.filter(({ name }) => name.startsWith('aws_client_vpn_'));
const counters = ({ series }: Exposition) =>
  series.filter(({ name }) => /_(total|bucket|sum|count)$/.test(name));

/** What says whether something failed. */
const judgements = ({ series }: Exposition) =>
  series.filter(({ name }) =>
    /_exporter_(target_up|collector_success|passes_total|passes_failed_total|aws_request_errors_total)$/.test(
      name,
    ),
  );

async function startTalking(options: RigOptions = {}) {
  const rig = await startRig(options);
  const id = rig.world.connect(rig.world.addEndpoint(), { username: 'alice' });
  await rig.pass();
  rig.world.talk(id, { ingressBytes: 10, egressBytes: 20 });
  await rig.pass();
  return { rig, id };
}

/** Asserts that no counter of `before` fell or vanished. */
function expectNoFall(before: Exposition, after: Exposition) {
  for (const { name, labels, value } of counters(before)) {
    if (name.startsWith('process_') || name.startsWith('nodejs_')) continue;
    expect(after.value(name, labels), `${name} ${JSON.stringify(labels)}`).toBeGreaterThanOrEqual(value);
  }
}

test('a reload keeps what is published until the next pass ends', async () => {
  const { rig } = await startTalking();
  const before = await rig.metrics();
  rig.simulator.failNext(1, 'hang');
  await rig.clock.advance(5_000);
  expect(await rig.reload({ client_vpn: { page_size: 10 } })).toEqual({
    status: 200,
    text: 'The configuration was reloaded.\n',
  });
  const between = await rig.metrics();
  expect(ofEndpoints(between)).toEqual(ofEndpoints(before));
  expectNoFall(before, between);
  expect(between.value(RELOADED)).toBe(1);
  expect(between.value(RELOADED_AT)).toBe((before.value(RELOADED_AT) ?? 0) + 65);
  rig.simulator.clearFaults();
  await rig.idle();
  expect(await rig.pass()).toBe(true);
  expect((await rig.get('/config')).text).toContain('page_size: 10');
});

test('a broken file is refused with its problems, and what runs goes on', async () => {
  const { rig, id } = await startTalking();
  const before = await rig.metrics();
  const { status, text } = await rig.reload({ client_vpn: { page_sise: 7, concurrency: 'many' } });
  expect(status).toBe(400);
  expect(text).toMatch(/page_sise.*did you mean page_size/);
  expect(text).toContain('client_vpn.concurrency');
  const lines = said(rig.log, 'The configuration was not reloaded; the one before stays in force');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('page_sise');

  rig.world.talk(id, { ingressBytes: 5 });
  expect(await rig.pass()).toBe(true);
  const after = await rig.metrics();
  expect(after.value(RELOADED)).toBe(0);
  expect(after.value(RELOADED_AT)).toBe(before.value(RELOADED_AT));
  expect(after.value('aws_client_vpn_ingress_bytes_total', { status: 'active' })).toBe(15);
  expect((await rig.get('/config')).text).toContain('page_size: 1000');

  await rig.reload({});
  await rig.idle();
  expect((await rig.metrics()).value(RELOADED)).toBe(1);
});

test.each([
  ['no YAML', 'targets: [', /exporter\.yaml/],
  ['a target without a region', 'targets: [{name: lost}]', /targets\[0\]\.regions/],
])('%s is refused', async (_, file, problem) => {
  const { rig } = await startTalking();
  const { status, text } = await rig.reload(file);
  expect(status).toBe(400);
  expect(text).toMatch(problem);
  expect(await rig.pass()).toBe(true);
});

test.each([false, true])('counters never fall over reloads (diskless: %s)', async (diskless) => {
  const { rig, id } = await startTalking({ diskless });
  await writeFile(join(rig.folder, 'key'), 'key');
  const steps = [
    { client_vpn: { users: { enabled: true } } },
    { client_vpn: { users: { enabled: true }, page_size: 5 } },
    { targets: [{ name: 'renamed', regions: [HOME.region] }] },
    { targets: [{ name: 'renamed', regions: [HOME.region, 'us-east-1'], account_id: HOME.accountId }] },
    { client_vpn: { identity: 'hash', identity_key_file: 'key' } },
    { client_vpn: { identity: 'drop' } },
    {},
  ];
  let before = await rig.metrics();
  for (const [n, sections] of steps.entries()) {
    expect((await rig.reload(sections)).status).toBe(200);
    await rig.idle();
    rig.world.talk(id, { ingressBytes: 1 });
    expect(await rig.pass()).toBe(true);
    const after = await rig.metrics();
    // Series by user are the identity's and the switch's; all others stay.
    const lasting = { ...before, series: before.series.filter(({ labels }) => labels.user === undefined) };
    expectNoFall(lasting, after);
    expect(after.value('aws_client_vpn_ingress_bytes_total', { status: 'active' })).toBe(10 + n + 1);
    before = after;
  }
});

test.each([false, true])(
  'a collector that is switched off and on again (diskless: %s) counts on',
  async (diskless) => {
    const { rig, id } = await startTalking({ diskless });
    const before = await rig.metrics();
    expect((await rig.reload({ client_vpn: { enabled: false } })).status).toBe(200);
    const off = await rig.metrics();
    expect(ofEndpoints(off)).toEqual([]);
    expect(off.all('aws_connections_exporter_collector_success')).toEqual([]);
    expect((await rig.get('/-/ready')).status).toBe(200);
    expect(said(rig.log, 'No collector is enabled')).toHaveLength(1);
    rig.world.talk(id, { ingressBytes: 3 });
    await rig.reload({});
    await rig.idle();
    const after = await rig.metrics();
    expect(after.value('aws_client_vpn_ingress_bytes_total', { status: 'active' })).toBe(13);
    expectNoFall(before, after);
  },
);

test('an endpoint or a region that is configured away vanishes at once, and comes back with its counters', async () => {
  const { rig } = await startTalking();
  const before = await rig.metrics();
  for (const sections of [
    { targets: [{ name: 'away', regions: ['us-east-1'], account_id: HOME.accountId }] },
    { client_vpn: { endpoints: ['cvpn-endpoint-0123456789abcdef0'] } },
  ]) {
    await rig.reload(sections);
    await rig.idle();
    const away = (await rig.metrics()).all('aws_client_vpn_up').map(({ labels }) => labels.region);
    expect(away).not.toContain(HOME.region);
    await rig.reload({});
    await rig.idle();
    expectNoFall(before, await rig.metrics());
  }
});

test('reloads that come together take turns', async () => {
  const { rig } = await startTalking();
  await rig.configure({ client_vpn: { page_size: 7 } });
  const answers = await Promise.all([1, 2, 3].map(() => rig.get('/-/reload', { method: 'POST' })));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  await rig.idle();
  expect(await rig.pass()).toBe(true);
  expect((await rig.get('/config')).text).toContain('page_size: 7');
});

test('a pass that a reload breaks off loses nothing and counts as none', async () => {
  const { rig, id } = await startTalking();
  const before = await rig.metrics();
  rig.world.talk(id, { ingressBytes: 4 });
  rig.simulator.failNext(Number.POSITIVE_INFINITY, 'hang', { action: LISTING });
  const pass = rig.pass();
  await rig.listed(3);
  expect((await rig.reload({})).status).toBe(200);
  expect(await pass).toBe(false);
  const between = await rig.metrics();
  expect(ofEndpoints(between)).toEqual(ofEndpoints(before));
  expect(judgements(between)).toEqual(judgements(before));
  const lines = said(rig.log, 'Pass stopped');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/level=INFO .*reason="the configuration is reloaded"/);
  expect(said(rig.log, 'level=ERROR')).toEqual([]);

  rig.simulator.clearFaults();
  await rig.idle();
  expect(await rig.pass()).toBe(true);
  const after = await rig.metrics();
  expect(after.value('aws_client_vpn_ingress_bytes_total', { status: 'active' })).toBe(14);
});

test('a pass that shutting down breaks off is no failure either', async () => {
  const { rig, id } = await startTalking();
  const before = await rig.metrics();
  rig.world.talk(id, { ingressBytes: 4 });
  rig.simulator.failNext(1, 'hang', { action: LISTING });
  const pass = rig.pass();
  await rig.listed(3);
  rig.exporter.beginClosing();
  expect(await pass).toBe(false);
  const after = await rig.metrics();
  expect(ofEndpoints(after)).toEqual(ofEndpoints(before));
  expect(judgements(after)).toEqual(judgements(before));
  expect(said(rig.log, 'Pass stopped')[0]).toContain('reason="the exporter is shutting down"');
  expect(said(rig.log, 'level=ERROR')).toEqual([]);

  await rig.restart();
  expect(await rig.pass()).toBe(true);
  expect((await rig.metrics()).value('aws_client_vpn_ingress_bytes_total', { status: 'active' })).toBe(14);
});

test('while a pass hangs on its disk a reload is refused, and the old configuration goes on', async () => {
  let disk: Promise<void> | undefined;
  const { rig, id } = await startTalking({
    wrapStorage: (storage) => {
      const write = storage.write.bind(storage);
      return Object.assign(storage, {
        write: async (...args: Parameters<typeof write>) => {
          await disk;
          return write(...args);
        },
      });
    },
  });
  expect((await rig.reload({})).status).toBe(200);
  await rig.idle();
  let mend = () => {};
  disk = new Promise((resolve) => {
    mend = resolve;
  });
  rig.world.talk(id, { ingressBytes: 4 });
  const pass = rig.pass();
  await rig.listed(4);
  const reload = rig.reload({ client_vpn: { page_size: 7 } });
  // The pass has three seconds to end.
  let isRefused = false;
  void reload.then(() => {
    isRefused = true;
  });
  await until(async () => {
    await rig.clock.advance(1_000);
    return isRefused;
  });
  expect(await reload).toEqual({
    status: 400,
    text:
      'The configuration was not reloaded:\n' +
      'the pass under way does not end when told to, so nothing can take its place; try again later\n',
  });
  expect(await pass).toBe(false);
  expect((await rig.get('/config')).text).toContain('page_size: 1000');
  expect((await rig.metrics()).value(RELOADED)).toBe(0);
  expect(rig.exporter.status().collectors[0]?.nextPassAt).toBeDefined();
  expect(said(rig.log, 'Pass skipped: the one before it has not ended')).toHaveLength(1);

  mend();
  rig.world.talk(id, { ingressBytes: 3 });
  await until(() => rig.exporter.runOnce());
  expect(said(rig.log, 'A pass that was given up has ended after all')).toHaveLength(1);
  const after = await rig.metrics();
  expect(after.value('aws_client_vpn_ingress_bytes_total', { status: 'active' })).toBe(17);
  expect((await rig.reload({ client_vpn: { page_size: 7 } })).status).toBe(200);
  await rig.idle();
  expect((await rig.metrics()).value(RELOADED)).toBe(1);
});

test.each(['before it', 'in the middle of it'])(
  'a reload is no error when shutting down begins %s',
  async (when) => {
    const rig = await startRig();
    const shutDown = () => rig.exporter.beginClosing();
    const problems = await rig.exporter.reload(() => {
      if (when === 'before it') shutDown();
      else queueMicrotask(shutDown);
      return { config: { ...rig.exporter.config } };
    });
    expect(problems).toEqual(['the exporter is shutting down']);
    expect(said(rig.log, 'level=ERROR')).toEqual([]);
    expect(said(rig.log, 'The configuration is not reloaded any more')).toHaveLength(1);
    expect((await rig.metrics()).value(RELOADED)).toBe(1);
  },
);

test('a storage folder that cannot be read breaks neither a reload nor a pass', async () => {
  const { rig, id } = await startTalking();
  const books = join(rig.folder, 'data', 'client-vpn');
  await rename(books, `${books}.away`);
  await writeFile(books, 'a file where the folder should be');
  rig.world.talk(id, { ingressBytes: 4 });
  expect((await rig.reload({ client_vpn: { page_size: 7 } })).status).toBe(200);
  await rig.idle();
  expect(said(rig.log, 'The storage folder cannot be read')).toHaveLength(1);
  rig.world.talk(id, { ingressBytes: 3 });
  expect(await rig.pass()).toBe(true);
  const without = await rig.metrics();
  expect(without.value('aws_client_vpn_up')).toBe(1);
  expect(without.value('aws_client_vpn_ingress_bytes_total', { status: 'active' })).toBe(17);
  expect(without.value(WRITTEN)).toBe(0);

  await rm(books);
  await rename(`${books}.away`, books);
  expect(await rig.pass()).toBe(true);
  expect((await rig.metrics()).value(WRITTEN)).toBe(1);
  await rig.restart();
  expect(await rig.pass()).toBe(true);
  expect((await rig.metrics()).value('aws_client_vpn_ingress_bytes_total', { status: 'active' })).toBe(17);
});

test('the last write counts as good once the disk works again, even if its endpoint is gone by then', async () => {
  const { rig } = await startTalking();
  const [endpointId = ''] = Object.keys((await rig.metrics()).by('endpoint_id', 'aws_client_vpn_up'));
  const books = join(rig.folder, 'data', 'client-vpn');
  await rename(books, `${books}.away`);
  await writeFile(books, 'a file where the folder should be');
  expect(await rig.pass()).toBe(true);
  expect((await rig.metrics()).value(WRITTEN)).toBe(0);
  rig.world.removeEndpoint(endpointId);
  expect(await rig.pass()).toBe(true);
  expect((await rig.metrics()).value(WRITTEN)).toBe(0);
  await rm(books);
  await rename(`${books}.away`, books);
  expect(await rig.pass()).toBe(true);
  expect((await rig.metrics()).value(WRITTEN)).toBe(1);
});

test('connections that a reload enables are a 503 until a pass has listed them, and all else stays', async () => {
  const { rig, id } = await startTalking();
  const before = await rig.metrics();
  expect((await rig.get('/api/v1/connections')).status).toBe(404);
  const page = async () => (await rig.get('/')).text.match(/<table.*<\/table>/s)?.[0];
  const shown = await page();
  rig.simulator.failNext(1, 'hang');
  expect((await rig.reload({ client_vpn: { connections: { enabled: true } } })).status).toBe(200);
  expect(await rig.get('/api/v1/connections')).toEqual({
    status: 503,
    text: 'Some endpoint has not been listed yet since connections were enabled; try again soon.\n',
  });
  const between = await rig.metrics();
  expect(ofEndpoints(between)).toEqual(ofEndpoints(before));
  const targets = before.all('aws_connections_exporter_target_up');
  expect(targets.map(({ value }) => value)).toEqual([1]);
  expect(between.all('aws_connections_exporter_target_up')).toEqual(targets);
  expect(shown).toContain('up');
  expect(await page()).toBe(shown);

  rig.simulator.clearFaults();
  await rig.idle();
  expect(await rig.pass()).toBe(true);
  const { status, text } = await rig.get('/api/v1/connections');
  expect([status, JSON.parse(text)]).toEqual([200, [expect.objectContaining({ connection_id: id })]]);
});

test('who asks for a reload while one waits for its turn shares that one', async () => {
  const { rig } = await startTalking();
  let loads = 0;
  const load = () => {
    loads += 1;
    return { problems: [`number ${loads}`] };
  };
  const asked = Array.from({ length: 200 }, () => rig.exporter.reload(load));
  expect(await Promise.all(asked)).toEqual(asked.map(() => ['number 1']));
  // One that has begun may have read what was changed since.
  const first = rig.exporter.reload(() => {
    later.push(rig.exporter.reload(load), rig.exporter.reload(load));
    return { problems: ['first'] };
  });
  const later: Promise<readonly string[]>[] = [];
  expect(await first).toEqual(['first']);
  expect(await Promise.all(later)).toEqual([['number 2'], ['number 2']]);
});
