import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eachDomain } from '../../src/collectors/index.ts';
import { loadConfig } from '../../src/config/load.ts';
import { formatProblems } from '../../src/config/problems.ts';

const files: Record<string, string> = {
  '/etc/exporter/identity.key': 'a secret\n',
  '/etc/exporter/empty.key': ' \n',
  '/etc/exporter/exporter.yaml': 'client_vpn:\n  page_size: 5\n',
};

function readFile(path: string): string {
  const text = files[path];
  if (text === undefined)
    throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { code: 'ENOENT' });
  return text;
}

const load = (text: string) => loadConfig({ path: '/etc/exporter/exporter.yaml', text, readFile });

function config(text: string) {
  const result = load(text);
  if ('problems' in result) throw new Error(formatProblems(result.problems, 'exporter.yaml'));
  return result.config;
}

function problems(text: string): string[] {
  const result = load(text);
  return 'problems' in result ? formatProblems(result.problems, 'exporter.yaml').split('\n') : [];
}

test('no file at all has every default', () => {
  expect(loadConfig({ readFile })).toEqual({
    isEmpty: false,
    config: {
      targets: [
        { name: 'default', regions: [], profile: null, role_arn: null, external_id: null, account_id: null },
      ],
      aws: {
        endpoint_url: null,
        endpoint_urls: {},
        ca_bundle: null,
        connect_timeout: 5_000,
        request_timeout: 20_000,
        max_attempts: 4,
      },
      client_vpn: {
        enabled: true,
        schedule: '*/30 * * * * *',
        timeout: 300_000,
        endpoints: [],
        tags: {},
        exclude: [],
        filters: [],
        page_size: 1000,
        concurrency: 4,
        requests_per_second: 10,
        stale_after: 600_000,
        identity: 'plain',
        identity_key_file: null,
        users: { enabled: false, max: 500 },
        connections: { enabled: false, max: 2000 },
      },
      websocket: {
        enabled: false,
        schedule: '0 * * * * *',
        timeout: 50_000,
        stale_after: 300_000,
        sample_size: 200,
        requests_per_second: 10,
        concurrency: 8,
        idle_after: 300_000,
        confidence: 0.95,
        endpoints: [],
        discover: false,
        discover_source: { type: 'intake' },
        exclude: [],
      },
      ...Object.fromEntries(eachDomain((key, { config: own }) => [key, own.parse({})]).slice(2)),
      intake: {
        enabled: false,
        listen_address: ':10177',
        token_file: null,
        allow_unauthenticated: false,
        web_config_file: null,
        max_connections: 1_000_000,
      },
      limits: { series: 500_000 },
    },
  });
});

test.each(['', '\n', '# nothing\n', '---\n', 'client_vpn:\naws:\n', 'client_vpn:\n  timeout:\n  users:\n'])(
  'a file or a key without a value has its defaults: %j',
  (text) => {
    expect(config(text)).toEqual(config('{}'));
    expect(load(text)).toMatchObject({ isEmpty: !text.includes('client_vpn') });
  },
);

test('a file is read where it is', () => {
  const result = loadConfig({ path: '/etc/exporter/exporter.yaml', readFile });
  expect(result).toMatchObject({ config: { client_vpn: { page_size: 5 } } });
});

test('a file that was asked for and is not there is a problem', () => {
  expect(loadConfig({ path: '/nowhere.yaml', readFile })).toEqual({
    problems: [
      {
        path: '',
        message: 'cannot be read: ENOENT: no such file or directory; correct the name, or put the file there',
      },
    ],
  });
});

test('every problem is told at once, in the order of the file', () => {
  const text = `
targets:
  - regions: [eu-west, eu-west-1, eu-west-1]
    acount_id: "1"
  - account_id: 011122223333
    external_id: 5
aws:
  request_timeout: 20
  endpoint_url: localhost:4566
client_vpn:
  page_sise: 1000
  page_size: 4
  enabled: yes
  concurrency: 1.5
  schedule: "* * *"
  timeout: 5m30
  stale_after: 0s
  endpoints: [vpn-1]
  filters:
    - name: status
      values: []
  identity: hsah
  users: 5
  tags: {team: 5}
websocket:
  confidence: high
  endpoints: {url: "https://a"}
  discover_source: {type: intake, path: x}
intake:
  listen_address: "10177"
  max_connection: 5
`;
  expect(problems(text)).toEqual([
    'exporter.yaml:3: targets[0].regions[0]: expected the name of an AWS region such as eu-west-1, got "eu-west"',
    'exporter.yaml:3: targets[0].regions[2]: "eu-west-1" is already in the list',
    'exporter.yaml:4: targets[0].acount_id: unknown key, did you mean account_id?',
    'exporter.yaml:5: targets[1].account_id: YAML reads an account id without quotes as a number; write "011122223333"',
    'exporter.yaml:6: targets[1].external_id: expected text; put it in quotes',
    'exporter.yaml:6: targets[1].external_id: has no effect without role_arn',
    'exporter.yaml:8: aws.request_timeout: expected a duration such as 30s, 5m or 1h30m, got the number 20',
    'exporter.yaml:9: aws.endpoint_url: expected a URL such as https://ec2.eu-west-1.amazonaws.com',
    'exporter.yaml:11: client_vpn.page_sise: unknown key, did you mean page_size?',
    'exporter.yaml:12: client_vpn.page_size: must be at least 5, got 4',
    'exporter.yaml:13: client_vpn.enabled: expected true or false, got "yes"',
    'exporter.yaml:14: client_vpn.concurrency: expected a whole number, got the number 1.5',
    expect.stringMatching(/^exporter\.yaml:15: client_vpn\.schedule: "\* \* \*" is not a cron expression/),
    'exporter.yaml:16: client_vpn.timeout: expected a duration such as 30s, 5m or 1h30m, got "5m30"',
    'exporter.yaml:17: client_vpn.stale_after: must be longer than zero',
    'exporter.yaml:18: client_vpn.endpoints[0]: expected the id of a Client VPN endpoint, such as cvpn-endpoint-0123456789abcdef0',
    'exporter.yaml:20: client_vpn.filters[0].name: expected one of connection-id, username, got "status"',
    'exporter.yaml:21: client_vpn.filters[0].values: must not be empty',
    'exporter.yaml:22: client_vpn.identity: expected one of plain, hash, drop, got "hsah"',
    'exporter.yaml:23: client_vpn.users: expected a mapping of keys, got the number 5',
    'exporter.yaml:24: client_vpn.tags.team: expected text, got the number 5; put it in quotes: "5"',
    'exporter.yaml:26: websocket.confidence: expected a number from 0.5 to 0.999',
    'exporter.yaml:27: websocket.endpoints: expected a list, got a mapping',
    'exporter.yaml:28: websocket.discover_source.path: unknown key, did you mean type?',
    'exporter.yaml:30: intake.listen_address: "10177" is not a listen address: expected host:port, [IPv6]:port or :port',
    'exporter.yaml:31: intake.max_connection: unknown key, did you mean max_connections?',
  ]);
});

test.each([
  ['[1, 2]', 'exporter.yaml:1: expected a mapping of keys, got a list'],
  [
    'hello',
    'exporter.yaml:1: expected a mapping of keys, got nothing but one text, which is not shown here, for it may be a secret',
  ],
  ['targets: {a: 1}', 'exporter.yaml:1: targets: expected a list, got a mapping'],
  ['targets: [null]', 'exporter.yaml:1: targets[0]: expected a mapping of keys, got nothing'],
  [
    'aws:\n  endpoint_urls:\n    ec3: http://x',
    'exporter.yaml:3: aws.endpoint_urls.ec3: unknown key, did you mean ec2?',
  ],
  [
    'client_vpn: {tags: {env: prod, __proto__: x}}',
    'exporter.yaml:1: client_vpn.tags.__proto__: no key and no tag can have this name here; leave it out',
  ],
  [
    'site_to_site_vpn:\n  tags:\n    __proto__: x',
    'exporter.yaml:3: site_to_site_vpn.tags.__proto__: no key and no tag can have this name here; leave it out',
  ],
  ['__proto__: 1', 'exporter.yaml:1: __proto__: unknown key, did you mean targets?'],
  ['constructor: 1', 'exporter.yaml:1: constructor: unknown key, did you mean targets?'],
])('%j is refused', (text, expected) => {
  expect(problems(text)).toEqual([expected]);
});

test('what is not YAML is told with line and column', () => {
  expect(problems('aws:\n  max_attempts: [1\nclient_vpn: {}\n')).toEqual([
    expect.stringMatching(/^exporter\.yaml:3:1: /),
  ]);
  expect(problems('aws: *nowhere')).toEqual([expect.stringMatching(/^exporter\.yaml:1:6: .*nowhere/)]);
  expect(problems('aws: !secret {}')).toEqual([expect.stringMatching(/^exporter\.yaml:1:6: .*!secret/)]);
});

test('a key that stands twice is told beside the other problems', () => {
  expect(problems('aws:\n  max_attempts: 3\n  max_attempts: 0\nfoo: 1')).toEqual([
    expect.stringMatching(/^exporter\.yaml:3:3: .*unique/),
    'exporter.yaml:3: aws.max_attempts: must be at least 1, got 0',
    'exporter.yaml:4: foo: unknown key, did you mean aws?',
  ]);
});

test('anchors and merge keys are resolved', () => {
  const text =
    'client_vpn:\n  users: &off {enabled: true, max: 7}\n  connections:\n    <<: *off\n    enabled: false\n';
  expect(config(text).client_vpn).toMatchObject({
    users: { enabled: true, max: 7 },
    connections: { enabled: false, max: 7 },
  });
});

test('a problem behind an anchor is told at a line of the file', () => {
  expect(problems('client_vpn:\n  users: &u\n    max: 0\n  connections: *u\n')).toEqual([
    'exporter.yaml:3: client_vpn.users.max: must be at least 1, got 0',
    'exporter.yaml:3: client_vpn.connections.max: must be at least 1, got 0',
  ]);
});

test('files are found beside the configuration and are absolute in the result', () => {
  const { client_vpn: clientVpn } = config('client_vpn: {identity: hash, identity_key_file: identity.key}');
  expect(clientVpn.identity_key_file).toBe('/etc/exporter/identity.key');
});

test('files of connection ids are found there too, and need not be there yet', () => {
  const { websocket } = config(`
websocket:
  endpoints:
    - {url: "https://a.example/x", source: {type: dynamodb, table: connections}}
    - {url: "https://b.example/x", source: {type: file, path: ids.jsonl}}
    - {url: "https://c.example/x", source: {type: file, path: /run/ids.jsonl}}
  discover_source: {type: file, path: "../{api_id}/{stage}.jsonl"}
`);
  expect(websocket.endpoints.map(({ source }) => 'path' in source && source.path)).toEqual([
    false,
    '/etc/exporter/ids.jsonl',
    '/run/ids.jsonl',
  ]);
  expect(websocket.discover_source).toEqual({ type: 'file', path: '/etc/{api_id}/{stage}.jsonl' });
});

test('files that are missing or empty are problems, beside others', () => {
  const text =
    'aws:\n  ca_bundle: /ca.pem\nclient_vpn:\n  identity_key_file: empty.key\n  page_size: 1\nintake:\n  token_file: empty.key\n';
  expect(problems(text)).toEqual([
    'exporter.yaml:2: aws.ca_bundle: /ca.pem cannot be read: ENOENT: no such file or directory; correct the name, or put the file there',
    'exporter.yaml:4: client_vpn.identity_key_file: /etc/exporter/empty.key is empty',
    'exporter.yaml:5: client_vpn.page_size: must be at least 5, got 1',
    'exporter.yaml:7: intake.token_file: /etc/exporter/empty.key is empty',
  ]);
});

test('a mapping that holds itself is refused', () => {
  expect(problems('aws: &a\n  x: *a\n').length).toBeGreaterThan(0);
});

test('any text is a configuration or has problems', () => {
  const piece = fc.constantFrom(
    'aws',
    'websocket',
    'endpoints',
    'source',
    'enabled: true',
    'client_vpn',
    'targets',
    ':',
    ' ',
    '\n',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '&a',
    '*a',
    '"',
    '5',
    '<<',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece).map((pieces) => pieces.join('')),
      ),
      (text) => {
        const result = load(text);
        expect('config' in result || result.problems.length > 0).toBe(true);
      },
    ),
    { numRuns: 1000 },
  );
});

test.each(['[', '{a: ', '- ', '? ', '[{a: ', '? - '])(
  '%j in itself without end is told in a sentence',
  (open) => {
    for (const depth of [101, 1_000, 6_000, 20_000]) {
      expect(problems(`client_vpn:\n  ${open.repeat(depth)}`)).toEqual([
        'exporter.yaml: it is nested too deeply to be a configuration',
      ]);
      // A line that stands further out ends them all at once.
      expect(problems(`client_vpn:\n  ${open.repeat(depth)}\naws: {}\n`)).toEqual([
        'exporter.yaml: it is nested too deeply to be a configuration',
      ]);
    }
    expect(problems(`client_vpn:\n  ${open.repeat(10)}`)).not.toContain(
      'exporter.yaml: it is nested too deeply to be a configuration',
    );
  },
);

test.each([
  ['a text that stands behind the document', 'aws: {}\n  more: "hunter2"\n  - "hunter2"\n} hunter2\n'],
  ['a text between keys', '|\n    hunter2\naws: |\n    -----BEGIN-----\n    hunter2\n'],
  ['a text behind the sign of a block', 'aws: |hunter2\n  a\n'],
])('what is no YAML is told without what stands there, which can be a secret: %s', (_, text) => {
  const found = problems(text).join('\n');
  expect(found).not.toBe('');
  expect(found).not.toContain('hunter2');
});

test('a second document is told in a sentence', () => {
  expect(problems('aws: {}\n---\nclient_vpn: {}\n')).toEqual([
    'exporter.yaml:2:1: a second document begins here; a configuration is one',
  ]);
});

test('of very many problems every one is found, and the first hundred are shown', () => {
  const text = (keys: number) => Array.from({ length: keys }, (_, n) => `key${n}: 1\n`).join('');
  const result = load(text(3_000));
  expect('problems' in result && result.problems.length).toBe(3_000);
  const lines = problems(text(3_000));
  expect(lines).toHaveLength(101);
  expect(lines[0]).toMatch(/^exporter\.yaml:1: key0: unknown key, did you mean \w+\?$/);
  expect(lines[99]).toMatch(/^exporter\.yaml:100: key99: unknown key/);
  expect(lines[100]).toBe('exporter.yaml: and 2900 more problems');
  expect(problems(text(101)).at(-1)).toBe('exporter.yaml: and 1 more problem');
  expect(problems(text(100))).toHaveLength(100);
});

/** Texts for which reading took minutes: each makes every key, alias or item be compared with every other. */
const slow: Readonly<Record<string, (n: number) => string>> = {
  'unknown keys': (n) => Array.from({ length: n / 12 }, (_, i) => `key${i}: 1\n`).join(''),
  'a key that repeats': (n) => 'a: 1\n'.repeat(n / 5),
  'wrong items': (n) => `client_vpn: {endpoints: [${'x,'.repeat(n / 2)}]}`,
  'wrong targets': (n) => `targets:\n${'  - {nam: 1}\n'.repeat(n / 13)}`,
  'empty flow mappings': (n) => '{}'.repeat(n / 2),
  'merged mappings': (n) => `a: &a {x: 1}\nb:\n${'  <<: *a\n'.repeat(n / 9)}`,
  'anchors and aliases': (n) => Array.from({ length: n / 20 }, (_, i) => `- &a${i} 1\n- *a${i}\n`).join(''),
  'a list that repeats itself': (n) =>
    `targets:\n  - {name: a, regions: &r [${'x,'.repeat(n / 4)}]}\n${'  - {regions: *r}\n'.repeat(99)}`,
  'a key without end': (n) => `? ${'k'.repeat(n)}\n: 1\n`,
  'empty lines': (n) => '\n'.repeat(n),
  'endpoints of unknown targets': (n) =>
    `targets: [${Array.from({ length: n / 40 }, (_, i) => `{name: t${i}}`).join(',')}]\nwebsocket: {endpoints: [${Array.from({ length: n / 40 }, (_, i) => `{target: u${i}}`).join(',')}]}`,
};

test.each(Object.keys(slow))('%s: a megabyte is told of in short lines, and soon', (name) => {
  for (const length of [100_000, 1_000_000]) {
    const lines = problems(slow[name]?.(length) ?? '');
    expect(lines.length).toBeLessThanOrEqual(101);
    expect(Math.max(0, ...lines.map((line) => line.length))).toBeLessThan(500);
  }
});

test('more than a megabyte is refused unread', () => {
  const text = `# ${'x'.repeat(2 ** 20)}`;
  expect(problems(text)).toEqual(['exporter.yaml: it is larger than 1 MiB, which no configuration is']);
  expect(problems(text.slice(0, 2 ** 20))).toEqual([]);
});

test('every key, item and alias is told at its own line, however the file is written', () => {
  const name = fc.stringMatching(/^x[a-z]{1,8}$/);
  fc.assert(
    fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 40 }), fc.boolean(), (names, isFlow) => {
      const text = isFlow
        ? `aws: {\n${names.map((key) => `  ${key}: 1`).join(',\n')}\n}\n`
        : `aws:\n${names.map((key) => `  ${key}: 1\n`).join('')}`;
      expect(problems(text).map((line) => line.replace(/: unknown.*/, ''))).toEqual(
        names.map((key, index) => `exporter.yaml:${index + 2}: aws.${key}`),
      );
    }),
  );
});

test('every repetition in a long list is told', () => {
  const ids = Array.from({ length: 3_000 }, (_, n) => `cvpn-endpoint-${n % 2_000}`);
  const result = load(`client_vpn: {endpoints: [${ids.join(', ')}]}`);
  const paths = 'problems' in result ? result.problems.map(({ path }) => path) : [];
  expect(paths).toEqual(Array.from({ length: 1_000 }, (_, n) => `client_vpn.endpoints[${n + 2_000}]`));
});

test.each(['connect_timeout', 'request_timeout'])('aws.%s is an hour at most', (key) => {
  expect(config(`aws: {${key}: 1h}`).aws).toMatchObject({ [key]: 3_600_000 });
  for (const value of ['1h1ms', '25d', '292y'])
    expect(problems(`aws: {${key}: ${value}}`)).toEqual([
      `exporter.yaml:1: aws.${key}: ${value} is too long: the longest is 1h`,
    ]);
});

test.each([
  ['targets: [{profile: "hush\\n"}]', 'targets[0].profile'],
  [
    'targets: [{role_arn: "arn:aws:iam::111122223333:role/x", external_id: "hush\\n"}]',
    'targets[0].external_id',
  ],
  ['intake: {token_file: "hush\\r\\n"}', 'intake.token_file'],
])('%j: a line end, as a block after | has one, is told', (text, path) => {
  expect(problems(text)[0]).toBe(
    `exporter.yaml:1: ${path}: holds a line end; write it on one line, not as a block after | or >`,
  );
});

test('a role_arn with a line end is no ARN', () => {
  expect(problems('targets:\n  - role_arn: |\n      arn:aws:iam::111122223333:role/x\n')).toEqual([
    'exporter.yaml:2: targets[0].role_arn: expected the ARN of a role, such as arn:aws:iam::111122223333:role/exporter',
  ]);
});

test.each(['12345', 'true', '[hush]', '{a: hush}'])('an external id of %s is not repeated', (value) => {
  const lines = problems(`targets: [{role_arn: "arn:aws:iam::111122223333:role/x", external_id: ${value}}]`);
  expect(lines).toEqual(['exporter.yaml:1: targets[0].external_id: expected text; put it in quotes']);
});

test.each(['1-999999999 * * * * *', '*/100 * * * * *', `${'0,'.repeat(500_000)}0 * * * * *`])(
  'a schedule that would take for ever to read is a problem like others: %.30s',
  (schedule) => {
    expect(problems(`client_vpn: {page_size: 1, schedule: "${schedule}"}`)).toEqual([
      'exporter.yaml:1: client_vpn.page_size: must be at least 5, got 1',
      expect.stringMatching(
        /^exporter\.yaml:1: client_vpn\.schedule: ".{1,81}" is not a cron expression: it/,
      ),
    ]);
  },
);

test.each([
  ['hunter2secret', 'text'],
  ['"hunter2 secret"\n', 'text'],
  ['hunter2\nsecret\n', 'text'],
  ['12345678', 'number'],
  ['true', 'value that is true or false'],
])('a file that holds nothing but %j is not shown: it may be a secret', (text, kind) => {
  const loaded = loadConfig({ text, readFile: () => '' });
  const message = `expected a mapping of keys, got nothing but one ${kind}, which is not shown here, for it may be a secret`;
  expect(loaded).toEqual({ problems: [{ path: '', line: 1, message }] });
});

test.each([
  [
    'aws: {}\ntargets: *mine\n',
    2,
    'the alias *mine has no anchor &mine before it; text that begins with * must stand in quotes',
  ],
  [
    'client_vpn:\n  schedule: */30 * * * * *\n',
    2,
    'the alias */30 has no anchor &/30 before it; text that begins with * must stand in quotes',
  ],
  [
    'aws: *later\nclient_vpn: &later {}\n',
    1,
    'the alias *later has no anchor &later before it; text that begins with * must stand in quotes',
  ],
  [
    'client_vpn:\n  tags: &a\n    b: *a\n',
    3,
    'the alias *a stands inside what it stands for, and would never end',
  ],
])('an alias that stands for nothing is told where it stands: %j', (text, line, message) => {
  const loaded = loadConfig({ text, readFile: () => '' });
  const problems = 'problems' in loaded ? loaded.problems : [];
  expect(problems).toContainEqual(expect.objectContaining({ line, message }));
  expect(problems.map((problem) => problem.message).join('\n')).not.toMatch(/Unresolved|call stack/);
});
