import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readPlace } from '../../../src/collectors/websocket/config.ts';
import { toManagementUrl } from '../../../src/collectors/websocket/management-url.ts';
import { loadConfig } from '../../../src/config/load.ts';

const STAGE = 'https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod';

function load(section: string) {
  const result = loadConfig({ text: `websocket: ${section}`, readFile: () => 'text' });
  return 'problems' in result ? result.problems.map(({ path, message }) => `${path}: ${message}`) : result;
}

const endpointOf = (keys: string) => load(`{endpoints: [{source: {type: file, path: /ids}, ${keys}}]}`);
const sourceOf = (source: string) => load(`{endpoints: [{url: "${STAGE}", source: ${source}}]}`);
const discoverSourceOf = (source: string) => load(`{discover_source: ${source}}`);

test.each([
  ['https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod', 'a1b2c3d4e5', 'eu-west-1', 'prod'],
  ['http://a1b2c3d4e5.execute-api.cn-north-1.amazonaws.com.cn/v1', 'a1b2c3d4e5', 'cn-north-1', 'v1'],
  ['https://a1b2c3d4e5.execute-api.us-east-1.api.aws/$default', 'a1b2c3d4e5', 'us-east-1', '$default'],
  ['https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com', 'a1b2c3d4e5', 'eu-west-1', undefined],
  ['https://ws.example.com/chat', undefined, undefined, undefined],
  ['https://a.execute-api.eu-west-1.amazonaws.com.example.com/prod', undefined, undefined, undefined],
  ['https://a.execute-api.eu-west-1.example.com/prod', undefined, undefined, undefined],
  ['https://vpce-1.execute-api.eu-west-1.vpce.amazonaws.com/prod', undefined, undefined, undefined],
  ['http://127.0.0.1:4566/prod', undefined, undefined, undefined],
])('%s says API %s, region %s, stage %s', (url, apiId, region, stage) => {
  expect(toManagementUrl(url)).toMatchObject({ url, apiId, region, stage });
});

test.each([
  ['HTTPS://WS.Example.COM/Chat//', 'https://ws.example.com/Chat'],
  ['https://ws.example.com/', 'https://ws.example.com'],
  ['https://ws.example.com:443/chat', 'https://ws.example.com/chat'],
  ['http://[::1]:4566/a/b', 'http://[::1]:4566/a/b'],
])('%s is %s', (text, url) => {
  expect(toManagementUrl(text)).toMatchObject({ url, endpointId: url.replace(/^https?:\/\//, '') });
});

test('what a URL was made of does not change when it is read again', () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: false, withFragments: false }), (text) => {
      const once = toManagementUrl(text);
      expect(toManagementUrl(once.url)).toEqual(once);
      expect(once.url.endsWith('/')).toBe(false);
    }),
  );
});

const EXAMPLE = 'expected a URL such as https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod';

test.each([
  ['ws.example.com/chat', EXAMPLE],
  ['https://', EXAMPLE],
  ['https://ws.example.com/a b', EXAMPLE],
  ['ftp://ws.example.com', EXAMPLE],
  ['wss://ws.example.com/chat', `${EXAMPLE} (https, where clients use wss)`],
  ['https://user@ws.example.com/chat', 'must hold no user and no password'],
  ['https://:hush@ws.example.com/chat', 'must hold no user and no password'],
  ['https://ws.example.com/chat?', 'must end with its path: no ? and no #'],
  ['https://ws.example.com/chat#x', 'must end with its path: no ? and no #'],
  [`${STAGE}/@connections`, 'must end before /@connections, which is added to it'],
  [`${STAGE}/%40connections/`, 'must end before /@connections, which is added to it'],
  [`${STAGE}/chat`, 'the path of an execute-api URL is its stage, one name'],
])('%s is no management URL', (url, message) => {
  expect(endpointOf(`url: "${url}"`)).toEqual([`websocket.endpoints[0].url: ${message}`]);
});

test('one endpoint under two spellings is told, at the second and at the third', () => {
  const source = 'source: {type: file, path: /ids}';
  const urls = ['https://ws.example.com/chat', 'http://WS.example.com/chat/', 'https://ws.example.com/Chat'];
  const list = [...urls, 'HTTPS://ws.example.com:443/chat//'].map((url) => `{url: "${url}", ${source}}`);
  expect(load(`{endpoints: [${list.join(', ')}]}`)).toEqual([
    'websocket.endpoints[1].url: is endpoints[0] once more',
    'websocket.endpoints[3].url: is endpoints[0] once more',
  ]);
});

test.each([
  [`url: "${STAGE}"`, []],
  [`url: "${STAGE}", region: eu-west-1`, []],
  [`url: "${STAGE}", region: us-east-1`, ['websocket.endpoints[0].region: the URL says eu-west-1']],
  ['region: eu-west-1', ['websocket.endpoints[0].url: expected text, got nothing']],
  [
    `url: "${STAGE}", region: ireland`,
    [
      'websocket.endpoints[0].region: expected the name of an AWS region such as eu-west-1, got "ireland"',
      'websocket.endpoints[0].region: the URL says eu-west-1',
    ],
  ],
])('an endpoint with %s has the problems %j', (keys, expected) => {
  const result = endpointOf(keys);
  expect(Array.isArray(result) ? result : []).toEqual(expected);
});

test.each([
  [
    '{type: dynamodb, table: connections}',
    {
      type: 'dynamodb',
      table: 'connections',
      key: 'connectionId',
      connected_at: null,
      expires_at: null,
      refresh: 300_000,
      read_capacity_per_second: 5,
      segments: 1,
    },
  ],
  ['{type: intake}', { type: 'intake', api_id: null, stage: null }],
  ['{type: file, path: /run/ids.jsonl}', { type: 'file', path: '/run/ids.jsonl' }],
])('the source %s has every default', (source, expected) => {
  expect(sourceOf(source)).toMatchObject({ config: { websocket: { endpoints: [{ source: expected }] } } });
});

const TABLE = 'expected the name of a table: 3 to 255 of letters, digits, _, . and -';
const QUEUE =
  'expected the URL of a queue such as https://sqs.eu-west-1.amazonaws.com/111122223333/ws-events';

test.each([
  ['{}', 'type: expected one of dynamodb, intake, access_log, sqs, file, got nothing'],
  ['{type: dynamo, table: x}', 'type: expected one of dynamodb, intake, access_log, sqs, file, got "dynamo"'],
  ['{type: dynamodb}', 'table: expected text, got nothing'],
  ['{type: dynamodb, table: ab}', `table: ${TABLE}`],
  ['{type: dynamodb, table: "a/b/c"}', `table: ${TABLE}`],
  [
    '{type: dynamodb, table: "arn:aws:dynamodb:eu-west-1:111122223333:table/x"}',
    'table: expected the name of a table, not its ARN; it is looked for in the account and region of the endpoint',
  ],
  ['{type: dynamodb, table: abc, segments: 65}', 'segments: must be at most 64, got the number 65'],
  ['{type: dynamodb, table: abc, kee: id}', 'kee: unknown key, did you mean key?'],
  [
    '{type: dynamodb, table: abc, refresh: 5}',
    'refresh: expected a duration such as 30s, 5m or 1h30m, got the number 5',
  ],
  ['{type: intake, stages: prod}', 'stages: unknown key, did you mean stage?'],
  ['{type: intake, api_id: 0012345678}', 'api_id: expected text; put it in quotes'],
  ['{type: file}', 'path: expected text, got nothing'],
  ['{type: file, path: ""}', 'path: must not be empty'],
  ['{type: access_log}', 'log_group: expected text, got nothing'],
  ['{type: sqs, queue_url: events}', `queue_url: ${QUEUE}`],
  ['file', 'expected a mapping of keys, got "file"'],
])('the source %s is refused', (source, message) => {
  const path = message.startsWith('expected') ? 'source: ' : 'source.';
  expect(sourceOf(source)).toEqual([`websocket.endpoints[0].${path}${message}`]);
});

const BOTH = 'must hold {api_id} and {stage}, or every stage that is discovered would have the same ids';

test.each([
  ['{type: dynamodb, table: "connections-{api_id}"}', `table: ${BOTH}`],
  ['{type: dynamodb, table: "{stage}/x"}', `table: ${BOTH}`],
  [
    '{type: dynamodb, table: "{stage}/{api_id}"}',
    'table: expected the name of a table: letters, digits, _, . and -, beside {api_id} and {stage}',
  ],
  ['{type: file, path: "/ids-{stage}.jsonl"}', `path: ${BOTH}`],
  ['{type: intake, stage: prod}', 'stage: unknown key, did you mean type?'],
  ['{type: kinesis}', 'type: expected one of dynamodb, intake, access_log, sqs, file, got "kinesis"'],
  ['{type: sqs}', 'queue_url: expected text, got nothing'],
])('%s is no source of discovered stages', (source, message) => {
  expect(discoverSourceOf(source)).toEqual([`websocket.discover_source.${message}`]);
});

test.each([
  [
    '{type: dynamodb, table: "{api_id}.{stage}"}',
    { type: 'dynamodb', table: '{api_id}.{stage}', segments: 1 },
  ],
  ['{type: file, path: "/{stage}/{api_id}"}', { type: 'file', path: '/{stage}/{api_id}' }],
  ['{type: intake}', { type: 'intake' }],
])('%s is a source of discovered stages', (source, expected) => {
  expect(discoverSourceOf(source)).toMatchObject({ config: { websocket: { discover_source: expected } } });
});

test.each([
  ['confidence: 0.49', 'confidence: expected a number from 0.5 to 0.999'],
  ['confidence: 95', 'confidence: expected a number from 0.5 to 0.999'],
  ['confidence: .nan', 'confidence: expected a number from 0.5 to 0.999'],
  ['sample_size: 0', 'sample_size: must be at least 1, got 0'],
  [
    'schedule: "0 */5 * * * *"',
    'stale_after: must be at least two schedule intervals plus timeout: 2 × 5m + 50s = 10m50s, got 5m',
  ],
])('%s is refused', (key, message) => {
  expect(load(`{${key}}`)).toEqual([`websocket.${message}`]);
});

test('an endpoint is where its keys say, else where its URL says', () => {
  const said = { url: STAGE, target: null, region: null, source: { type: 'file', path: '/ids' } } as const;
  expect(readPlace(said)).toEqual({
    endpointId: 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod',
    host: 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com',
    region: 'eu-west-1',
    apiId: 'a1b2c3d4e5',
    stage: 'prod',
  });
  const own = { type: 'intake', api_id: 'f6', stage: 'dev' } as const;
  expect(
    readPlace({ ...said, url: 'https://ws.example.com/chat/', region: 'us-east-1', source: own }),
  ).toEqual({
    endpointId: 'ws.example.com/chat',
    host: 'ws.example.com',
    region: 'us-east-1',
    apiId: 'f6',
    stage: 'dev',
  });
});
