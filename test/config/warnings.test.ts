import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { warningsOf } from '../../src/config/warnings.ts';

function warnings(text: string): readonly string[] {
  const result = loadConfig({ text, readFile: () => 'text' });
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return warningsOf(result.config);
}

const FILE = 'source: {type: file, path: /ids}';
const HOST = 'https://a1.execute-api.eu-west-1.amazonaws.com';

test('the default configuration has no warnings', () => {
  expect(warnings('')).toEqual([]);
});

test.each([
  [HOST, ['has no stage, so every call will be refused']],
  [`${HOST}/`, ['has no stage, so every call will be refused', 'is read without the slash at its end']],
  [`${HOST}/prod`, []],
  [`${HOST}/prod/`, ['is read without the slash at its end']],
  ['https://ws.example.com', []],
  ['https://ws.example.com/chat/', ['is read without the slash at its end']],
])('the URL %s', (url, expected) => {
  expect(warnings(`websocket: {enabled: true, endpoints: [{url: "${url}", ${FILE}}]}`)).toEqual(
    expected.map((message) => `websocket.endpoints[0].url: ${message}`),
  );
});

/** As many endpoints of each target. */
function endpointsOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .flatMap(([target, count]) =>
      Array.from(
        { length: count },
        (_, n) =>
          `{url: "https://${target}${n}.example/x", target: ${target}, source: {type: file, path: /${target}${n}}}`,
      ),
    )
    .join(', ');
}

const TARGETS = 'targets: [{name: office, regions: [eu-west-1]}, {name: network}]';
const budget = (counts: Readonly<Record<string, number>>, keys = '') =>
  warnings(`${TARGETS}\nwebsocket: {enabled: true, ${keys} endpoints: [${endpointsOf(counts)}]}`);

test('endpoints of which each gets too few look-ups are told, target by target', () => {
  expect(budget({ office: 13, network: 13 })).toEqual([]);
  expect(budget({ office: 14, network: 13 })).toEqual([
    'websocket.requests_per_second: 10 a second for 50s leave 28 look-ups a pass to each endpoint of target office, eu-west-1 (14); below 30, estimates will be wide or absent',
  ]);
  expect(budget({ network: 1 }, 'requests_per_second: 1, timeout: 30s,')).toEqual([
    'websocket.requests_per_second: 1 a second for 30s leave 24 look-ups a pass to each endpoint of target network (1); below 30, estimates will be wide or absent',
  ]);
  expect(budget({ network: 1 }, 'requests_per_second: 1, timeout: 38s,')).toEqual([]);
});

test('a section that is off has no budget', () => {
  expect(warnings(`${TARGETS}\nwebsocket: {endpoints: [${endpointsOf({ office: 500 })}]}`)).toEqual([
    'websocket.endpoints: has no effect while websocket.enabled is false',
  ]);
});

const OPEN = 'intake.token_file: without it, whoever reaches the intake can invent connections and end them';
const UNUSED = 'intake.enabled: no endpoint has source: {type: intake}, so every event will be thrown away';

test.each([
  ['allow_unauthenticated: true', `endpoints: [{url: "${HOST}/prod", source: {type: intake}}]`, [OPEN]],
  ['token_file: token', `endpoints: [{url: "${HOST}/prod", source: {type: intake}}]`, []],
  ['token_file: token', `endpoints: [{url: "${HOST}/prod", ${FILE}}]`, [UNUSED]],
  ['token_file: token', 'discover: true', []],
  ['token_file: token', 'discover: true, discover_source: {type: file, path: "{api_id}{stage}"}', [UNUSED]],
])('an intake with %s beside %s', (intake, websocket, expected) => {
  const text = `intake: {enabled: true, ${intake}}\nwebsocket: {enabled: true, ${websocket}}`;
  expect(warnings(text)).toEqual(expected);
});

test('an intake without the domain that reads it is told', () => {
  expect(warnings('intake: {enabled: true, token_file: token}')).toEqual([
    'intake.enabled: has no effect while websocket.enabled is false',
  ]);
});

test('endpoints that read the same ids are told', () => {
  const table = 'source: {type: dynamodb, table: ids}';
  const endpoints = [
    `{url: "${HOST}/prod", ${FILE}}`,
    `{url: "${HOST}/dev", ${FILE}}`,
    `{url: "${HOST}/a", ${table}}`,
    `{url: "${HOST}/b", ${table}}`,
    `{url: "${HOST}/c", source: {type: file, path: /others}}`,
  ];
  const counted = 'a connection of an API answers through each of its stages, and would be counted at both';
  expect(warnings(`websocket: {enabled: true, endpoints: [${endpoints.join(', ')}]}`)).toEqual([
    `websocket.endpoints[1].source: reads what endpoints[0] reads: ${counted}`,
    `websocket.endpoints[3].source: reads what endpoints[2] reads: ${counted}`,
  ]);
});

test('a configuration with nothing to do is told', () => {
  expect(warnings('client_vpn: {enabled: false}')).toEqual([
    'nothing is enabled: there will be nothing to export',
  ]);
});

test('more log groups than can be read so often, and a FIFO queue, are warned of', () => {
  const logs = (count: number, poll: string) =>
    Array.from(
      { length: count },
      (_, n) =>
        `{url: "https://a${n}.execute-api.eu-west-1.amazonaws.com/x", source: {type: access_log, log_group: /ws/${n}, poll: ${poll}}}`,
    ).join(', ');
  const of = (endpoints: string) =>
    warnings(`websocket: {enabled: true, timeout: 59s, requests_per_second: 100, endpoints: [${endpoints}]}`);
  expect(of(logs(15, '15s'))).toEqual([]);
  expect(of(logs(16, '15s'))).toEqual([
    expect.stringMatching(
      /^websocket\.endpoints: of target default, eu-west-1, 16 log groups need 2\.1 calls.* set poll to 16s or more/,
    ),
  ]);
  const url = 'https://sqs.eu-west-1.amazonaws.com/111122223333/events.fifo';
  expect(of(`{url: "${HOST}/prod", source: {type: sqs, queue_url: "${url}"}}`)).toEqual([
    expect.stringMatching(
      /^websocket\.endpoints\[0\]\.source\.queue_url: is a FIFO queue.* use a standard queue/,
    ),
  ]);
});
