import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { eachDomain } from '../../src/collectors/index.ts';
import { loadConfig } from '../../src/config/load.ts';
import { showConfig } from '../../src/config/show.ts';

function show(text: string): string {
  const result = loadConfig({ text, readFile: () => 'key' });
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return showConfig(result.config);
}

test('durations are shown as in a file, every key with its value in force', () => {
  const shown = show('client_vpn: {timeout: 90s, stale_after: 1h}');
  // Of the domains the first two stand for all.
  const others = eachDomain((key) => key)
    .slice(2)
    .join('|');
  expect(shown.replace(new RegExp(`^(?:${others}):\n(?: .*\n)*`, 'gm'), '')).toBe(`targets:
  - name: default
    regions: []
    profile: null
    role_arn: null
    external_id: null
    account_id: null
aws:
  endpoint_url: null
  endpoint_urls: {}
  ca_bundle: null
  connect_timeout: 5s
  request_timeout: 20s
  max_attempts: 4
client_vpn:
  enabled: true
  schedule: "*/30 * * * * *"
  timeout: 1m30s
  stale_after: 1h
  endpoints: []
  tags: {}
  filters: []
  page_size: 1000
  concurrency: 4
  requests_per_second: 10
  identity: plain
  identity_key_file: null
  users:
    enabled: false
    max: 500
  connections:
    enabled: false
    max: 2000
websocket:
  enabled: false
  schedule: 0 * * * * *
  timeout: 50s
  stale_after: 5m
  sample_size: 200
  requests_per_second: 10
  concurrency: 8
  idle_after: 5m
  confidence: 0.95
  endpoints: []
  discover: false
  discover_source:
    type: intake
intake:
  enabled: false
  listen_address: :10177
  token_file: null
  allow_unauthenticated: false
  web_config_file: null
  max_connections: 1000000
`);
});

test('what is shown without secrets loads as the same configuration', () => {
  const shown = show(
    'targets: [{regions: [eu-west-1]}, {name: b, account_id: "011122223333"}]\naws: {max_attempts: 2}',
  );
  expect(show(shown)).toBe(shown);
});

test('sources of every kind are shown as they load', () => {
  const shown = show(`
websocket:
  endpoints:
    - {url: "https://a.example/x", region: eu-west-1, source: {type: dynamodb, table: connections, refresh: 90s}}
    - {url: "https://b.example/x", target: default, source: {type: intake, api_id: a1, stage: prod}}
    - {url: "https://c.example/x", source: {type: file, path: /ids.jsonl}}
  discover_source: {type: dynamodb, table: "{stage}-{api_id}", segments: 64}
intake: {enabled: true, token_file: /intake.token}
`);
  expect(shown).toContain('        refresh: 1m30s\n');
  expect(shown).toContain('  token_file: /intake.token\n');
  expect(show(shown)).toBe(shown);
});

test('external ids and passwords in URLs are secrets', () => {
  const shown = show(`
targets: [{role_arn: "arn:aws:iam::111122223333:role/x", external_id: hush}]
aws:
  endpoint_url: http://user:p@ss@proxy.example:8080/path
  endpoint_urls: {ec2: "https://token@ec2.example", sts: "https://sts.example/@x"}
`);
  expect(parse(shown)).toMatchObject({
    targets: [{ external_id: '<secret>' }],
    aws: {
      endpoint_url: 'http://<secret>@proxy.example:8080/path',
      endpoint_urls: { ec2: 'https://<secret>@ec2.example', sts: 'https://sts.example/@x' },
    },
  });
});

test.each([
  ['https://vpce.example/path?token=hush&x=1', 'https://vpce.example/path?<secret>'],
  ['https://vpce.example/?hush', 'https://vpce.example/?<secret>'],
  ['https://vpce.example#hush', 'https://vpce.example?<secret>'],
  ['https://vpce.example/?a=1#hush', 'https://vpce.example/?<secret>'],
  ['http://user:p@vpce.example/?hush@x', 'http://<secret>@vpce.example/?<secret>'],
  ['HTTP://user:p@vpce.example/', 'HTTP://<secret>@vpce.example/'],
  ['http:///user:p@vpce.example/', 'http:///<secret>@vpce.example/'],
  ['http://vpce.example:8080/path', 'http://vpce.example:8080/path'],
])('%s is shown as %s, wherever it stands', (url, shown) => {
  const text = show(JSON.stringify({ aws: { endpoint_url: url, endpoint_urls: { sts: url } } }));
  expect(parse(text).aws).toMatchObject({ endpoint_url: shown, endpoint_urls: { sts: shown } });
});

test.each([
  ['plain', 'alice'],
  ['hash', '<secret>'],
  ['drop', '<secret>'],
])('identity: %s shows the names in filters as %s', (identity, name) => {
  const filters = '[{name: username, values: [alice]}, {name: connection-id, values: [cvpn-connection-1]}]';
  const shown = show(`client_vpn: {identity: ${identity}, identity_key_file: key, filters: ${filters}}`);
  expect(parse(shown)).toMatchObject({
    client_vpn: {
      filters: [
        { name: 'username', values: [name] },
        { name: 'connection-id', values: ['cvpn-connection-1'] },
      ],
    },
  });
});
