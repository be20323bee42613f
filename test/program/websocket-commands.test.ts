import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { stubCredentials } from '../support/configuration.ts';
import { startDynamoDb } from '../support/dynalite.ts';
import { toSeries, total } from './exposition.ts';
import { type Lab, openLab } from './lab.ts';

const urlOf = (apiId: string, stage: string) =>
  `https://${apiId}.execute-api.eu-west-1.amazonaws.com/${stage}`;
const fromFile = (stage: string) =>
  `{url: "${urlOf('a1b2c3d4e5', stage)}", source: {type: file, path: ${stage}.jsonl}}`;
const MINUTE_MS = 60_000;

/** A configuration of these endpoints, as YAML flow mappings. */
function looksAt(endpoints: readonly string[], more = '') {
  return {
    clientVpn: 'enabled: false',
    websocket: `enabled: true, requests_per_second: 1000, endpoints: [${endpoints.join(', ')}]${more}`,
  };
}

/** Writes the ids of a stage beside the configuration file. */
function list({ folder }: Lab, stage: string, lines: readonly unknown[]): void {
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  writeFileSync(join(folder, `${stage}.jsonl`), text.map((line) => `${line}\n`).join(''));
}

/** Connections of a stage: the ids of some who are there, and of some who left without a word. */
function populate({ websockets }: Lab, stage: string, living: number, ghosts: number) {
  const come = () =>
    websockets.connect('a1b2c3d4e5', {
      stage,
      connectedAt: Date.now() - 20 * MINUTE_MS,
      lastActiveAt: Date.now(),
    });
  const alive = Array.from({ length: living }, come);
  const gone = Array.from({ length: ghosts }, come);
  for (const id of gone) websockets.disconnect(id, { isTold: false });
  return { alive, gone };
}

test('once looks up the ids of a file, and prints the truth when it looks up all of them', async () => {
  const lab = await openLab(looksAt([fromFile('prod')]));
  lab.websockets.addApi({ apiId: 'a1b2c3d4e5' });
  const { alive, gone } = populate(lab, 'prod', 23, 7);
  const silentSince = Date.now() - 9 * MINUTE_MS;
  const idle = ['L0SM9cOFvHcCIhw=', 'gbgBR89uMQAYKEiZJA=='].map((id) =>
    lab.websockets.connect('a1b2c3d4e5', { id, connectedAt: silentSince, lastActiveAt: silentSince }),
  );
  const connectedAt = new Date(silentSince).toISOString();
  const rows = [...alive, ...idle].map((connectionId) => ({ connectionId, connectedAt }));
  list(lab, 'prod', [...rows, ...gone, 'NobodyEverIssuedThis=']);

  const { code, stdout, stderr } = await lab.once();
  expect(code).toBe(0);
  const series = toSeries(stdout);
  const sum = (name: string, status?: string) =>
    total(series, `aws_websocket_${name}`, {
      endpoint_id: 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod',
      ...(status !== undefined && { status }),
    });
  expect({
    up: sum('up'),
    registered: sum('registered_connections'),
    active: sum('connections', 'active'),
    idle: sum('connections', 'idle'),
    lower: sum('connections_lower_bound'),
    upper: sum('connections_upper_bound'),
    gone: sum('sampled_connections', 'gone'),
    invalid: sum('sampled_connections', 'invalid'),
    ages: sum('connection_age_seconds_count'),
    missed: sum('missed_disconnects_total'),
    opened: sum('connections_opened_total'),
  }).toEqual({
    up: 1,
    registered: 33,
    active: 23,
    idle: 2,
    lower: 25,
    upper: 25,
    gone: 7,
    invalid: 1,
    ages: 25,
    missed: 0,
    opened: undefined,
  });
  const lookUps = () => lab.simulator.requests().filter(({ action }) => action === 'GetConnection');
  const asked = lookUps().map(({ params }) => params.connectionId);
  expect(asked.toSorted()).toEqual([...alive, ...idle, ...gone, 'NobodyEverIssuedThis='].toSorted());
  for (const id of [...alive, ...idle, ...gone]) expect(stdout + stderr).not.toContain(id);

  // What is known of them outlives the process: neither the gone nor the invalid are asked about again.
  const again = await lab.once();
  expect(again.code).toBe(0);
  const later = toSeries(again.stdout);
  expect(total(later, 'aws_websocket_registered_connections')).toBe(25);
  expect(total(later, 'aws_websocket_lookups_total', { status: 'gone' })).toBe(7);
  expect(lookUps()).toHaveLength(33 + 25);
});

test('once exits 1 when the file of an endpoint is missing, and prints the other one', async () => {
  const lab = await openLab(looksAt([fromFile('prod'), fromFile('dev')]));
  lab.websockets.addApi({ apiId: 'a1b2c3d4e5', stages: ['prod', 'dev'] });
  list(lab, 'prod', populate(lab, 'prod', 5, 0).alive);
  const { code, stdout, stderr } = await lab.once();
  expect(code).toBe(1);
  const series = toSeries(stdout);
  const at = (stage: string) => ({
    endpoint_id: `a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/${stage}`,
  });
  expect(total(series, 'aws_websocket_connections', at('prod'))).toBe(5);
  expect(total(series, 'aws_websocket_up', at('prod'))).toBe(1);
  expect(total(series, 'aws_websocket_up', at('dev'))).toBe(0);
  expect(total(series, 'aws_websocket_connections', at('dev'))).toBe(undefined);
  expect(stderr).toContain(join(lab.folder, 'dev.jsonl'));
});

test('once opens no port for events, and its endpoints that live on them are empty', async () => {
  const lab = await openLab({
    ...looksAt([`{url: "${urlOf('a1b2c3d4e5', 'prod')}", source: {type: intake}}`]),
    intake: 'enabled: true, allow_unauthenticated: true, listen_address: "192.0.2.1:1"',
  });
  lab.websockets.addApi({ apiId: 'a1b2c3d4e5' });
  const { code, stdout, stderr } = await lab.once();
  expect(code).toBe(0);
  expect(total(toSeries(stdout), 'aws_websocket_connections')).toBe(0);
  expect(stderr).not.toContain('Taking in events');
});

test('check --aws asks for every permission that WebSocket endpoints need', async () => {
  stubCredentials();
  const dynamoDb = await startDynamoDb();
  onTestFinished(() => dynamoDb.close());
  const endpoints = [
    fromFile('prod'),
    `{url: "${urlOf('a1b2c3d4e5', 'dev')}", source: {type: dynamodb, table: connections}}`,
    `{url: "${urlOf('a1b2c3d4e5', 'test')}", source: {type: intake}}`,
  ];
  const lab = await openLab({
    ...looksAt(endpoints, ', discover: true'),
    aws: `max_attempts: 1, endpoint_urls: {dynamodb: "${dynamoDb.url}"}`,
    intake: 'enabled: true, allow_unauthenticated: true, listen_address: "127.0.0.1:0"',
  });
  lab.websockets.addApi({ apiId: 'a1b2c3d4e5', stages: ['prod', 'dev', 'test'] });
  list(lab, 'prod', populate(lab, 'prod', 1, 0).alive);
  const rows = populate(lab, 'dev', 3, 0).alive.map((id) => ({ connectionId: { S: id } }));
  await dynamoDb.fill('connections', 'connectionId', rows);
  const lookUp = (stage: string) =>
    `arn:aws:execute-api:eu-west-1:111122223333:a1b2c3d4e5/${stage}/GET/@connections/*`;
  const ask = async () => {
    const { code, stdout, stderr } = await lab.run('check', '--aws');
    expect(stderr).toBe('');
    const lines = stdout.trimEnd().split('\n');
    const header = lines.findIndex((line) => /^ACTION +RESOURCE +RESULT +REASON$/.test(line));
    return { code, rows: lines.slice(header + 1).map((line) => line.split(/ {2,}/)) };
  };
  const API = ['apigateway:GET', 'arn:aws:apigateway:eu-west-1::/apis'];
  const SCAN = ['dynamodb:Scan', 'arn:aws:dynamodb:eu-west-1:111122223333:table/connections'];
  const MANAGE = 'execute-api:ManageConnections';
  const ANY_STAGE = 'arn:aws:execute-api:eu-west-1:111122223333:*/*/GET/@connections/*';
  const reason = expect.stringMatching(/\S/);

  const all = await ask();
  expect(all).toEqual({
    code: 0,
    rows: [
      [...API, 'allowed'],
      [MANAGE, ANY_STAGE, 'not asked', reason],
      [MANAGE, lookUp('prod'), 'allowed'],
      [...SCAN, 'allowed'],
      [MANAGE, lookUp('dev'), 'allowed'],
      [MANAGE, lookUp('test'), 'not asked', expect.stringContaining('a pass that knows one will tell')],
    ],
  });
  const allowAgain = lab.simulator.deny('GetConnection');
  expect(await ask()).toEqual({
    code: 1,
    rows: [
      [...API, 'allowed'],
      [MANAGE, ANY_STAGE, 'not asked', reason],
      [MANAGE, lookUp('prod'), 'denied', reason],
      [...SCAN, 'allowed'],
      [MANAGE, lookUp('dev'), 'denied', reason],
      [MANAGE, lookUp('test'), 'not asked', reason],
    ],
  });
  allowAgain();

  // Whoever hears that an API was deleted after it was listed may ask.
  lab.simulator.failNext(1, 'not-found', { action: 'GetStages' });
  expect((await ask()).rows[0]).toEqual([...API, 'allowed']);

  lab.simulator.deny('GetApis');
  // AWS judges the id before the permission: what it never issued says nothing.
  list(lab, 'prod', ['NobodyEverIssuedThis=']);
  expect(await ask()).toEqual({
    code: 1,
    rows: [
      [...API, 'denied', reason],
      [MANAGE, ANY_STAGE, 'not asked', reason],
      [MANAGE, lookUp('prod'), 'not asked', reason],
      [...SCAN, 'allowed'],
      [MANAGE, lookUp('dev'), 'allowed'],
      [MANAGE, lookUp('test'), 'not asked', reason],
    ],
  });
});
