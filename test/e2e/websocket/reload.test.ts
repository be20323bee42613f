import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { HOME, type Sections } from '../../support/configuration.ts';
import { type Rig, said } from '../../support/exporter.ts';
import {
  API,
  countersOf,
  ENDPOINT,
  estimateOf,
  fallen,
  INTAKE,
  NAMED,
  post,
  shows,
  startWebsocketRig,
  tellOf,
  websocketSections,
} from '../../support/websocket.ts';

const known = { targets: [{ name: 'home', regions: [HOME.region], account_id: HOME.accountId }] };
const DEV = `${API}.execute-api.eu-west-1.amazonaws.com/dev`;

/** Reloads and waits for the pass that begins then. */
async function reload(rig: Rig, sections: Sections) {
  expect(await rig.reload(websocketSections({ ...known, ...sections }))).toMatchObject({ status: 200 });
  await rig.idle();
}

async function startWithPeople(count = 3) {
  const all = await startWebsocketRig(known);
  await all.connect(count);
  await all.rig.pass();
  return all;
}

/** A free port of this machine, taken until it is given back. */
async function takePort() {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  let isTaken = true;
  const giveBack = () =>
    new Promise<void>((resolve) => {
      if (!isTaken) return resolve();
      isTaken = false;
      server.close(() => resolve());
    });
  onTestFinished(giveBack);
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, giveBack };
}

test('an endpoint that is added leaves the other alone, and one that is removed takes its series along', async () => {
  const { rig } = await startWithPeople();
  const before = await rig.metrics();
  await reload(rig, { websocket: { endpoints: [NAMED, { ...NAMED, url: `https://${DEV}` }] } });
  const both = await rig.metrics();
  expect(fallen(before, both)).toEqual([]);
  expect(both.by('endpoint_id', 'aws_websocket_up')).toEqual({ [ENDPOINT]: 1, [DEV]: 1 });
  await reload(rig, { websocket: { endpoints: [{ ...NAMED, url: `https://${DEV}` }] } });
  expect((await rig.metrics()).by('endpoint_id', 'aws_websocket_up')).toEqual({ [DEV]: 1 });
  await reload(rig, {});
  const after = await rig.metrics();
  expect(fallen(before, after)).toEqual([]);
  expect(countersOf(after)).toEqual([3, 0, 0]);
});

test('a reload keeps what is published until the next pass ends, and counters of events go on meanwhile', async () => {
  const { rig, connect } = await startWithPeople();
  const before = await rig.metrics();
  rig.simulator.failNext(Number.POSITIVE_INFINITY, 'hang', { action: 'GetConnection' });
  await rig.clock.advance(5_000);
  expect((await rig.reload(websocketSections({ ...known, websocket: { sample_size: 5 } }))).status).toBe(200);
  expect(estimateOf(await rig.metrics())).toEqual(estimateOf(before));
  await connect(2);
  await shows(rig, [5, 0, 0]);
  rig.simulator.clearFaults();
  await rig.idle();
});

test('ids from another source are another registry; back with the first, its counters go on', async () => {
  const { rig } = await startWithPeople();
  const before = await rig.metrics();
  const id = rig.websockets.connections(API)[0]?.id ?? '';
  await writeFile(join(rig.folder, 'ids.jsonl'), `${id}\n`);
  const file = { type: 'file', path: 'ids.jsonl' };
  await reload(rig, { websocket: { endpoints: [{ ...NAMED, source: file }] } });
  const other = await rig.metrics();
  expect(other.by('source', 'aws_websocket_endpoint_info')).toEqual({ file: 1 });
  expect(estimateOf(other)).toMatchObject({ up: 1, registered: 1, active: 1 });
  await reload(rig, {});
  const after = await rig.metrics();
  expect(fallen(before, after)).toEqual([]);
  expect(estimateOf(after)).toMatchObject({ up: 1, registered: 3, active: 3 });
});

test('events that are sent while it reloads are all taken in', async () => {
  const { rig } = await startWithPeople(0);
  let sent = 0;
  let isDone = false;
  const send = async () => {
    while (!isDone) {
      const requestContext = { connectionId: `n${sent++}=`, eventType: 'CONNECT' };
      const body = JSON.stringify({ requestContext });
      const response = await fetch(`${rig.intakeUrl}/websocket`, { method: 'POST', body });
      expect(response.status).toBe(200);
    }
  };
  const senders = [send(), send(), send()];
  await reload(rig, { websocket: { sample_size: 10 } });
  await reload(rig, { websocket: { sample_size: 20 } });
  isDone = true;
  await Promise.all(senders);
  await shows(rig, [sent, 0, 0]);
});

test('the intake moves to another port: new events are taken in there, and none here', async () => {
  const { rig, connect } = await startWithPeople();
  const before = rig.intakeUrl;
  const port = await takePort();
  await port.giveBack();
  await reload(rig, { intake: { listen_address: port.address } });
  expect(rig.intakeUrl).toBe(`http://${port.address}`);
  await connect(2);
  await shows(rig, [5, 0, 0]);
  await expect(fetch(`${before}/websocket`, { method: 'POST' })).rejects.toThrow();
});

test('a port that is taken refuses the reload, and everything stays as it was', async () => {
  const { rig, connect } = await startWithPeople();
  const { address } = await takePort();
  const before = rig.intakeUrl;
  const { status, text } = await rig.reload(
    websocketSections({ ...known, intake: { listen_address: address }, websocket: { sample_size: 1 } }),
  );
  expect(status).toBe(400);
  expect(text).toContain('intake.listen_address');
  expect(text).toContain(`cannot listen on ${address}: another process listens there already`);
  expect(rig.intakeUrl).toBe(before);
  expect((await rig.get('/config')).text).toContain('sample_size: 200');
  await connect(2);
  await shows(rig, [5, 0, 0]);
  expect(await rig.pass()).toBe(true);
  expect(estimateOf(await rig.metrics())).toMatchObject({ up: 1, registered: 5 });
  const reloaded = 'aws_connections_exporter_config_last_reload_successful';
  expect((await rig.metrics()).value(reloaded)).toBe(0);
});

test('a token that is changed holds from the reload on', async () => {
  const { rig } = await startWithPeople(0);
  const token = async (text: string) => {
    await writeFile(join(rig.folder, 'token'), `${text}\n`);
    await reload(rig, { intake: { token_file: 'token', allow_unauthenticated: false } });
  };
  const event = (connectionId: string) => ({ requestContext: { connectionId, eventType: 'CONNECT' } });
  await token('alpha-secret');
  await expect(post(rig, event('a='))).rejects.toThrow('401');
  await post(rig, event('b='), { 'x-intake-token': 'alpha-secret' });
  await token('beta-secret');
  await expect(post(rig, event('c='), { 'x-intake-token': 'alpha-secret' })).rejects.toThrow('401');
  await post(rig, event('d='), { 'x-intake-token': 'beta-secret' });
  await shows(rig, [2, 0, 0]);
  expect(said(rig.log, 'without the right X-Intake-Token')).toHaveLength(1);
  expect(rig.log.join('\n')).not.toMatch(/(alpha|beta)-secret/);
});

test('a token file that cannot be read refuses the reload, and events go on', async () => {
  const { rig } = await startWithPeople(0);
  const { status, text } = await rig.reload(
    websocketSections({ ...known, intake: { token_file: 'nowhere', allow_unauthenticated: false } }),
  );
  expect(status).toBe(400);
  expect(text).toContain('intake.token_file');
  await tellOf(rig, { connectionId: 'a=', eventType: 'CONNECT' });
  await shows(rig, [1, 0, 0]);
});

test('switched off and on again, the domain counts on', async () => {
  const { rig, connect } = await startWithPeople();
  const before = await rig.metrics();
  await reload(rig, { websocket: { enabled: false } });
  const off = await rig.metrics();
  expect(off.series.filter(({ name }) => name.startsWith('aws_websocket_'))).toEqual([]);
  await tellOf(rig, { connectionId: 'nobody=', eventType: 'CONNECT' });
  await reload(rig, {});
  await connect(1);
  await rig.pass();
  const after = await rig.metrics();
  expect(fallen(before, after)).toEqual([]);
  expect(countersOf(after)).toEqual([4, 0, 0]);
  expect(
    after.value('aws_connections_exporter_intake_events_total', { event: 'connect', result: 'unroutable' }),
  ).toBe(1);
});

test('the intake is switched off with its port, and its counters stay', async () => {
  const { rig } = await startWithPeople();
  const url = rig.intakeUrl;
  const before = await rig.metrics();
  await writeFile(join(rig.folder, 'ids.jsonl'), '');
  const file = { type: 'file', path: 'ids.jsonl' };
  await reload(rig, {
    intake: { enabled: false },
    websocket: { endpoints: [{ url: `https://${DEV}`, source: file }] },
  });
  await expect(fetch(`${url}/websocket`, { method: 'POST' })).rejects.toThrow();
  expect(rig.intakeUrl).toBe('');
  await reload(rig, { intake: INTAKE });
  expect(fallen(before, await rig.metrics())).toEqual([]);
});
