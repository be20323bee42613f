import { expect, test } from 'vitest';
import { APIS } from '../../src/aws/connection.ts';
import { eachDomain } from '../../src/collectors/index.ts';
import { configJsonSchema, type JsonSchema, keysAt } from '../../src/config/json-schema.ts';

function everySchema(schema: JsonSchema, path = ''): [path: string, schema: JsonSchema][] {
  const below = Object.entries(schema.properties ?? {}).flatMap(([key, of]) =>
    everySchema(of, `${path}.${key}`),
  );
  const kinds = (schema.oneOf ?? []).flatMap((kind) =>
    everySchema(kind, `${path}{${kind.properties?.type?.const}}`),
  );
  return [
    [path, schema],
    ...below,
    ...kinds,
    ...(schema.items ? everySchema(schema.items, `${path}[]`) : []),
  ];
}

const SOURCE = '.websocket.endpoints[].source';

const property = (path: string) => everySchema(configJsonSchema()).find(([at]) => at === path)?.[1];

test('every key has a description, and every key but those of list items a default', () => {
  const keys = everySchema(configJsonSchema()).filter(([path]) => /\.\w+$/.test(path));
  expect(keys.filter(([, { description }]) => typeof description !== 'string')).toEqual([]);
  const required = [
    '.client_vpn.filters[].name',
    '.client_vpn.filters[].values',
    '.websocket.endpoints[].url',
    '.websocket.endpoints[].source',
    ...[SOURCE, '.websocket.discover_source'].flatMap((source) => [
      `${source}{dynamodb}.type`,
      `${source}{dynamodb}.table`,
      `${source}{intake}.type`,
      `${source}{access_log}.type`,
      // Discovered stages say their own.
      ...(source === SOURCE ? [`${source}{access_log}.log_group`] : []),
      `${source}{sqs}.type`,
      `${source}{sqs}.queue_url`,
      `${source}{file}.type`,
      `${source}{file}.path`,
    ]),
  ];
  expect(keys.filter(([, schema]) => !('default' in schema)).map(([path]) => path)).toEqual(required);
});

test('no mapping of known keys takes others', () => {
  const mappings = everySchema(configJsonSchema()).filter(([, { properties }]) => properties);
  expect(mappings.map(([path]) => path)).toEqual([
    '',
    '.targets[]',
    '.aws',
    '.client_vpn',
    '.client_vpn.filters[]',
    '.client_vpn.users',
    '.client_vpn.connections',
    '.websocket',
    '.websocket.endpoints[]',
    ...[SOURCE, '.websocket.discover_source'].flatMap((source) => [
      `${source}{dynamodb}`,
      `${source}{intake}`,
      `${source}{access_log}`,
      `${source}{access_log}.keys`,
      `${source}{sqs}`,
      `${source}{file}`,
    ]),
    ...eachDomain((key) => `.${key}`).slice(2),
    '.intake',
    '.limits',
  ]);
  expect(mappings.filter(([, { additionalProperties }]) => additionalProperties !== false)).toEqual([]);
});

test('editors see types, bounds and choices as they stand in the file', () => {
  expect(configJsonSchema()).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration of aws-connections-exporter',
  });
  expect(property('.client_vpn.page_size')).toEqual({
    type: 'integer',
    minimum: 5,
    maximum: 1000,
    default: 1000,
    description: 'Connections asked for in one request, 5 to 1000.',
  });
  expect(property('.client_vpn.identity')).toMatchObject({
    enum: ['plain', 'hash', 'drop'],
    default: 'plain',
  });
  const timeout = property('.client_vpn.timeout');
  expect(timeout).toMatchObject({ type: 'string', default: '5m' });
  const pattern = new RegExp(String(timeout?.pattern));
  expect(['30s', '1h30m', '', '5', '1m1h'].filter((text) => pattern.test(text))).toEqual(['30s', '1h30m']);
});

test.each([
  [['client_vpn', 'users'], {}, ['enabled', 'max']],
  [['client_vpn', 'filters', 0], {}, ['name', 'values']],
  [['aws', 'endpoint_urls'], {}, [...APIS]],
  [['client_vpn', 'tags'], {}, []],
  [
    ['websocket', 'endpoints', 1, 'source'],
    { websocket: { endpoints: [{}, { source: { type: 'intake' } }] } },
    ['type', 'api_id', 'stage'],
  ],
  [['websocket', 'discover_source'], { websocket: { discover_source: { type: 'file' } } }, ['type', 'path']],
])('the keys of a mapping are found by its path, and by its type: %j', (path, data, keys) => {
  expect(keysAt(path, data)).toEqual(keys);
});
