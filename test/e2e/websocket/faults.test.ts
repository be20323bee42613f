import { expect, test } from 'vitest';
import type { Fault } from '../../../src/simulator/wire/faults.ts';
import { HOME } from '../../support/configuration.ts';
import { said, startRig } from '../../support/exporter.ts';
import {
  API,
  ENDPOINT,
  estimateOf,
  lookedUp,
  NAMED,
  sampledOf,
  startWebsocketRig,
  websocketSections,
  websocketValue,
} from '../../support/websocket.ts';

const FAILED = 'A WebSocket endpoint could not be estimated';
const LOOK_UP = { action: 'GetConnection' };

test('a look-up that is denied ends the pass over its endpoint, marks no id, and says which permission is needed', async () => {
  const { rig, connect } = await startWebsocketRig({ websocket: { concurrency: 1 } });
  const ids = await connect(40);
  for (const id of ids) rig.websockets.disconnect(id, { isTold: false });
  const give = rig.simulator.deny('GetConnection');
  expect(await rig.pass()).toBe(false);
  expect(lookedUp(rig)).toHaveLength(1);
  expect(estimateOf(await rig.metrics())).toMatchObject({ up: 0, registered: undefined });
  const [line = ''] = said(rig.log, FAILED);
  expect(line).toMatch(
    /execute-api:ManageConnections failed \(AccessDeniedException, HTTP 403\).*allow execute-api:ManageConnections on arn:aws:execute-api/,
  );
  expect((await rig.get('/')).text).toContain('AccessDeniedException');
  give();
  expect(await rig.pass()).toBe(true);
  expect(sampledOf(await rig.metrics())).toEqual({ gone: 40 });
});

test('a denial after 30 answers is a denial all the same', async () => {
  const { rig, connect } = await startWebsocketRig({ websocket: { concurrency: 1 } });
  await connect(50);
  rig.simulator.failNext(35, { slow: 0 }, LOOK_UP);
  rig.simulator.failNext(1, 'denied', LOOK_UP);
  expect(await rig.pass()).toBe(false);
  const metrics = await rig.metrics();
  expect(lookedUp(rig)).toHaveLength(36);
  expect(estimateOf(metrics)).toMatchObject({ up: 0, registered: undefined });
  expect(metrics.by('status', 'aws_websocket_lookups_total')).toMatchObject({ active: 35, error: 1 });
});

test('a stage that is not there is up 0 and says to check the url, and its neighbour is well', async () => {
  const nowhere = `${API}.execute-api.eu-west-1.amazonaws.com/gone`;
  const { rig, connect } = await startWebsocketRig({
    websocket: { endpoints: [NAMED, { ...NAMED, url: `https://${nowhere}` }] },
  });
  await connect(2);
  const told = { connectionId: 'a=', eventType: 'CONNECT', apiId: API, stage: 'gone' };
  await fetch(`${rig.intakeUrl}/websocket`, {
    method: 'POST',
    body: JSON.stringify({ requestContext: told }),
  });
  expect(await rig.pass()).toBe(false);
  const metrics = await rig.metrics();
  expect(metrics.by('endpoint_id', 'aws_websocket_up')).toEqual({ [ENDPOINT]: 1, [nowhere]: 0 });
  expect(estimateOf(metrics)).toMatchObject({ active: 2, lower: 2, upper: 2 });
  const [line = ''] = said(rig.log, FAILED);
  expect(line).toContain(`endpoint_id=${nowhere}`);
  expect(line).toMatch(/ForbiddenException, HTTP 403\).*check the url/);
  expect(said(rig.log, 'Pass failed')[0]).toContain('error="1 of 2 endpoints failed"');
  await rig.pass();
  expect(lookedUp(rig).filter((id) => id === 'a=')).toHaveLength(2);
});

test.each<[Fault, string | undefined]>([
  ['internal-error', 'unavailable'],
  ['html-503', 'unavailable'],
  ['reset-mid-body', 'unavailable'],
  ['truncated-xml', 'unavailable'],
  ['hang', 'timeout'],
  ['stall-mid-body', 'timeout'],
  // Well-formed as far as HTTP goes: no failed request, and no answer.
  ['empty-200', undefined],
])('%s is no answer: the id is asked again', async (fault, error) => {
  const { rig, connect } = await startWebsocketRig({ aws: { request_timeout: '300ms' } });
  await connect(4);
  rig.simulator.failNext(3, fault, LOOK_UP);
  expect(await rig.pass()).toBe(true);
  const metrics = await rig.metrics();
  expect(sampledOf(metrics)).toEqual({ active: 1, error: 3 });
  const errors = metrics.by('error', 'aws_connections_exporter_aws_request_errors_total', {
    operation: 'GetConnection',
  });
  expect(Object.entries(errors).filter(([, count]) => count > 0)).toEqual(error ? [[error, 3]] : []);
  expect(await rig.pass()).toBe(true);
  expect(sampledOf(await rig.metrics())).toEqual({ active: 4 });
});

test('errors are not in the denominator', async () => {
  const { rig, connect } = await startWebsocketRig({ websocket: { concurrency: 1 } });
  await connect(10);
  rig.simulator.failNext(4, 'internal-error', LOOK_UP);
  expect(await rig.pass()).toBe(true);
  const metrics = await rig.metrics();
  expect(sampledOf(metrics)).toEqual({ active: 6, error: 4 });
  expect(estimateOf(metrics)).toMatchObject({ up: 1, active: 10, idle: 0, upper: 10 });
  expect(websocketValue(metrics, 'connections_lower_bound')).toBeGreaterThanOrEqual(6);
  expect(websocketValue(metrics, 'connections_lower_bound')).toBeLessThan(10);
});

test('when nothing answers there is no estimate, and the errors are shown', async () => {
  const { rig, connect } = await startWebsocketRig();
  await connect(10);
  rig.simulator.failNext(10, 'internal-error', LOOK_UP);
  expect(await rig.pass()).toBe(false);
  const metrics = await rig.metrics();
  expect(sampledOf(metrics)).toEqual({ error: 10 });
  expect(estimateOf(metrics)).toEqual({ up: 0, registered: 10, lower: undefined, upper: undefined });
  expect(said(rig.log, 'No connection of a WebSocket endpoint could be looked up')[0]).toMatch(/HTTP 500/);
  expect((await rig.get('/')).text).toContain('HTTP 500');
  expect(websocketValue(metrics, 'last_success_timestamp_seconds')).toBeUndefined();
});

test('a target whose account is not known has no series, and the other target has its own', async () => {
  const far = 'f6g7h8i9j0.execute-api.us-east-1.amazonaws.com/prod';
  const rig = await startRig(
    websocketSections({
      targets: [
        { name: 'lost', regions: ['eu-west-1'] },
        { name: 'home', regions: ['us-east-1'], account_id: HOME.accountId },
      ],
      websocket: {
        endpoints: [
          { ...NAMED, target: 'lost' },
          { url: `https://${far}`, target: 'home', source: { type: 'intake' } },
        ],
      },
    }),
  );
  rig.websockets.addApi({ apiId: API });
  rig.websockets.addApi({ apiId: 'f6g7h8i9j0', region: 'us-east-1' });
  rig.simulator.failNext(Number.POSITIVE_INFINITY, 'denied', { action: 'GetCallerIdentity' });
  expect(await rig.pass()).toBe(false);
  const metrics = await rig.metrics();
  expect(metrics.by('endpoint_id', 'aws_websocket_up')).toEqual({ [far]: 1 });
  expect(metrics.by('account_id', 'aws_connections_exporter_target_up', { collector: 'websocket' })).toEqual({
    unknown: 0,
    [HOME.accountId]: 1,
  });
  expect(said(rig.log, 'The account of a target is not known, so it is not polled')).toHaveLength(1);
  rig.simulator.clearFaults();
  expect(await rig.pass()).toBe(true);
  expect((await rig.metrics()).by('endpoint_id', 'aws_websocket_up')).toEqual({ [ENDPOINT]: 1, [far]: 1 });
});
