import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { HOME } from '../../support/configuration.ts';
import { said } from '../../support/exporter.ts';
import {
  API,
  countersOf,
  ENDPOINT,
  estimateOf,
  lookedUp,
  shows,
  startWebsocketRig,
  tellOf,
  websocketValue,
} from '../../support/websocket.ts';

const discover = { websocket: { endpoints: [], discover: true, schedule: '0 * * * * *' } };
const known = { targets: [{ name: 'home', regions: [HOME.region], account_id: HOME.accountId }] };
const DEV = `${API}.execute-api.eu-west-1.amazonaws.com/dev`;
const CUSTOM = 'ws.example.com/chat';
const AGAIN_MS = 5 * 60_000;

test('every stage of every WebSocket API is looked at, under the name of its API', async () => {
  const { rig, connect } = await startWebsocketRig(discover);
  rig.websockets.removeApi(API);
  rig.websockets.addApi({ apiId: API, name: 'chat', stages: ['prod', 'dev'] });
  rig.websockets.addApi({ apiId: 'h1h1h1h1h1', protocol: 'HTTP' });
  rig.websockets.addApi({ apiId: 'u1u1u1u1u1', region: 'us-east-1' });
  await connect(3);
  await connect(1, { stage: 'dev' });
  expect(await rig.pass()).toBe(true);
  const metrics = await rig.metrics();
  const info = metrics.all('aws_websocket_endpoint_info').map(({ labels }) => labels);
  const scope = { account_id: HOME.accountId, region: HOME.region };
  const chat = { ...scope, api_id: API, name: 'chat', source: 'intake' };
  expect(info).toEqual([
    { ...chat, endpoint_id: DEV, stage: 'dev' },
    { ...chat, endpoint_id: ENDPOINT, stage: 'prod' },
  ]);
  expect(countersOf(metrics)).toEqual([3, 0, 0]);
  expect(countersOf(metrics, DEV)).toEqual([1, 0, 0]);
});

test('events that come before the first discovery wait for it, each with the time when it came', async () => {
  const { rig } = await startWebsocketRig(discover);
  const tell = (connectionId: string, eventType: 'CONNECT' | 'DISCONNECT') =>
    tellOf(rig, { connectionId, eventType, apiId: API, stage: 'prod' });
  const [left = '', stays = '', young = ''] = Array.from({ length: 3 }, () => rig.websockets.connect(API));
  await tell(left, 'CONNECT');
  await tell(stays, 'CONNECT');
  await rig.clock.advance(29_999);
  await tell(young, 'CONNECT');
  await tell(left, 'DISCONNECT');
  expect((await rig.metrics()).all('aws_websocket_connections_opened_total')).toEqual([]);
  await rig.clock.advance(1);
  await rig.exporter.runOnce();
  const metrics = await rig.metrics();
  expect(countersOf(metrics)).toEqual([3, 1, 0]);
  expect(lookedUp(rig)).toEqual([stays]);
  expect(estimateOf(metrics)).toMatchObject({ registered: 2, active: 2 });
});

test('after a restart events find their endpoint without a discovery', async () => {
  const { rig, connect } = await startWebsocketRig({ ...discover, ...known });
  await connect(1);
  await rig.pass();
  await rig.restart();
  const apis = () => rig.simulator.requests().filter(({ action }) => action === 'GetApis').length;
  const before = apis();
  await connect(2);
  await shows(rig, [3, 0, 0]);
  expect(apis()).toBe(before);
});

test('an API that answers at a custom domain only is looked at there', async () => {
  const { rig, connect } = await startWebsocketRig(discover);
  rig.websockets.removeApi(API);
  const domains = [{ domain: 'ws.example.com', key: 'chat', stage: 'prod' }];
  rig.websockets.addApi({
    apiId: API,
    name: 'chat',
    isDefaultDisabled: true,
    domains,
    stages: ['prod', 'dev'],
  });
  await connect(2);
  await rig.pass();
  const metrics = await rig.metrics();
  expect(estimateOf(metrics, CUSTOM)).toMatchObject({ up: 1, registered: 2, active: 2 });
  expect(metrics.all('aws_websocket_up')).toHaveLength(1);
  expect(said(rig.log, 'Stages without an address')).toHaveLength(1);
});

test('an endpoint both named and discovered is looked at once, under its name, and warned of once', async () => {
  const { rig, connect } = await startWebsocketRig({
    websocket: { discover: true, endpoints: [{ url: `https://${ENDPOINT}`, source: { type: 'intake' } }] },
  });
  await connect(2);
  for (let n = 0; n < 3; n++) {
    await rig.clock.advance(AGAIN_MS);
    expect(await rig.exporter.runOnce()).toBe(true);
  }
  const metrics = await rig.metrics();
  expect(metrics.by('name', 'aws_websocket_endpoint_info')).toEqual({ chat: 1 });
  expect(lookedUp(rig)).toHaveLength(6);
  expect(said(rig.log, 'both named and discovered')).toHaveLength(1);
});

test('a custom domain that is named and leads to a discovered stage is one endpoint, over restarts', async () => {
  const { rig, connect } = await startWebsocketRig({
    ...known,
    websocket: {
      discover: true,
      endpoints: [
        { url: `https://${CUSTOM}`, region: HOME.region, source: { type: 'intake', stage: 'prod' } },
      ],
    },
  });
  rig.websockets.removeApi(API);
  const domains = [{ domain: 'ws.example.com', key: 'chat', stage: 'prod' }];
  rig.websockets.addApi({ apiId: API, name: 'chat', domains });
  await rig.pass();
  await connect(2);
  await rig.pass();
  expect((await rig.metrics()).by('endpoint_id', 'aws_websocket_connections_opened_total')).toEqual({
    [CUSTOM]: 2,
  });
  await rig.restart();
  await connect(1);
  await shows(rig, [3, 0, 0], CUSTOM);
  expect((await rig.metrics()).by('endpoint_id', 'aws_websocket_connections_opened_total')).toEqual({
    [CUSTOM]: 3,
  });
});

test('an API that is removed takes its series and its files along', async () => {
  const { rig, connect } = await startWebsocketRig(discover);
  rig.websockets.addApi({ apiId: 'f6g7h8i9j0' });
  await connect(2);
  await rig.pass();
  const files = async () =>
    (await readdir(join(rig.folder, 'data/websocket'))).filter((f) => f.includes(API));
  expect(await files()).not.toEqual([]);
  rig.websockets.removeApi(API);
  await rig.clock.advance(AGAIN_MS);
  expect(await rig.exporter.runOnce()).toBe(true);
  const metrics = await rig.metrics();
  expect(metrics.series.filter(({ labels }) => labels.endpoint_id === ENDPOINT)).toEqual([]);
  expect(metrics.all('aws_websocket_up')).toHaveLength(1);
  expect(await files()).toEqual([]);
  await tellOf(rig, { connectionId: 'late=', eventType: 'DISCONNECT', apiId: API, stage: 'prod' });
  expect(
    (await rig.metrics()).value('aws_connections_exporter_intake_events_total', {
      event: 'disconnect',
      result: 'unroutable',
    }),
  ).toBe(1);
});

test('an API that is deleted between its listing and its stages has none, and takes no other down', async () => {
  const { rig, connect } = await startWebsocketRig(discover);
  rig.websockets.addApi({ apiId: 'f6g7h8i9j0', name: 'deleted' });
  rig.simulator.failNext(Number.POSITIVE_INFINITY, 'not-found', { action: 'GetStages', item: 'f6g7h8i9j0' });
  await connect(2);
  expect(await rig.pass()).toBe(true);
  const metrics = await rig.metrics();
  expect(metrics.by('endpoint_id', 'aws_websocket_up')).toEqual({ [ENDPOINT]: 1 });
  expect(estimateOf(metrics)).toMatchObject({ registered: 2, active: 2 });
  await rig.clock.advance(AGAIN_MS);
  expect(await rig.exporter.runOnce()).toBe(true);
  const [line, ...more] = said(rig.log, 'is taken to have no stages');
  expect(line).toContain('api_id=f6g7h8i9j0');
  expect(more).toEqual([]);
});

test('a custom domain whose mappings are not found leads nowhere, and takes no other down', async () => {
  const { rig, connect } = await startWebsocketRig(discover);
  rig.websockets.removeApi(API);
  const domains = ['old.example.com', 'ws.example.com'].map((domain) => ({
    domain,
    key: 'chat',
    stage: 'prod',
  }));
  rig.websockets.addApi({ apiId: API, name: 'chat', isDefaultDisabled: true, domains });
  const where = { action: 'GetApiMappings', item: 'old.example.com' };
  rig.simulator.failNext(Number.POSITIVE_INFINITY, 'not-found', where);
  await connect(2);
  expect(await rig.pass()).toBe(true);
  const metrics = await rig.metrics();
  expect(metrics.by('endpoint_id', 'aws_websocket_up')).toEqual({ [CUSTOM]: 1 });
  expect(estimateOf(metrics, CUSTOM)).toMatchObject({ registered: 2, active: 2 });
  await rig.clock.advance(AGAIN_MS);
  expect(await rig.exporter.runOnce()).toBe(true);
  const [line, ...more] = said(rig.log, 'is taken to lead nowhere');
  expect(line).toContain('domain=old.example.com');
  expect(more).toEqual([]);
});

test('a list that is not found is no empty list', async () => {
  const { rig, connect } = await startWebsocketRig(discover);
  await connect(2);
  await rig.pass();
  rig.simulator.failNext(Number.POSITIVE_INFINITY, 'not-found', { action: 'GetApis' });
  await rig.clock.advance(AGAIN_MS);
  expect(await rig.exporter.runOnce()).toBe(false);
  expect(estimateOf(await rig.metrics())).toMatchObject({ up: 1, registered: 2 });
});

test.each(['throttled', 'denied', 'html-503'] as const)(
  'while discovery fails (%s), the endpoints known before are looked at',
  async (fault) => {
    const { rig, connect } = await startWebsocketRig(discover);
    await connect(2);
    await rig.pass();
    rig.simulator.failNext(Number.POSITIVE_INFINITY, fault, { action: 'GetApis' });
    await connect(1);
    await rig.clock.advance(AGAIN_MS);
    expect(await rig.exporter.runOnce()).toBe(false);
    const during = await rig.metrics();
    expect(estimateOf(during)).toMatchObject({ up: 1, registered: 3 });
    expect(websocketValue(during, 'endpoint_info', { name: 'chat' })).toBe(1);
    expect(during.value('aws_connections_exporter_target_up', { collector: 'websocket' })).toBe(0);
    expect(
      said(rig.log, 'Discovery of WebSocket APIs failed; those known before are looked at'),
    ).toHaveLength(1);
    rig.simulator.clearFaults();
    expect(await rig.pass()).toBe(true);
    expect(
      (await rig.metrics()).value('aws_connections_exporter_target_up', { collector: 'websocket' }),
    ).toBe(1);
  },
);

test('without a folder a reload keeps what was discovered published', async () => {
  const { rig, connect } = await startWebsocketRig({ ...discover, ...known, diskless: true });
  await connect(2);
  await rig.pass();
  const before = estimateOf(await rig.metrics());
  rig.simulator.failNext(Number.POSITIVE_INFINITY, 'hang');
  const { client_vpn, websocket, intake } = {
    client_vpn: { enabled: false },
    websocket: { enabled: true, ...discover.websocket },
    intake: { enabled: true, allow_unauthenticated: true },
  };
  expect((await rig.reload({ ...known, client_vpn, websocket, intake })).status).toBe(200);
  expect(estimateOf(await rig.metrics())).toEqual(before);
  await connect(1);
  await shows(rig, [3, 0, 0]);
});
