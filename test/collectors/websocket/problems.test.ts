import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';

interface Sections {
  readonly targets?: string;
  readonly endpoints?: readonly string[];
  readonly websocket?: string;
  readonly intake?: string;
}

function problems({ targets = '[]', endpoints = [], websocket = '', intake = '{}' }: Sections): unknown {
  const text = `targets: ${targets}\nwebsocket: {endpoints: [${endpoints.join(', ')}], ${websocket}}\nintake: ${intake}\n`;
  const result = loadConfig({ text, readFile: () => 'text' });
  return 'problems' in result ? result.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

const FILE = 'source: {type: file, path: /ids}';
const IN_IRELAND = 'url: "https://a1.execute-api.eu-west-1.amazonaws.com/prod"';
const CUSTOM = 'url: "https://ws.example.com/chat"';
const ON = '{enabled: true, token_file: token}';

test('with several targets an endpoint names its own', () => {
  const targets = '[{name: office}, {name: network}]';
  const endpoints = [
    `{${IN_IRELAND}, ${FILE}}`,
    `{${CUSTOM}, target: ofice, ${FILE}}`,
    `{url: "https://b.example/x", target: network, ${FILE}}`,
    `{url: "https://c.example/x", target: 5, ${FILE}}`,
  ];
  expect(problems({ targets, endpoints })).toEqual([
    'websocket.endpoints[3].target: expected text, got the number 5; put it in quotes: "5"',
    'websocket.endpoints[0].target: is needed with several targets: one of office, network',
    'websocket.endpoints[1].target: there is no target "ofice", did you mean office?',
  ]);
});

test('the only target need not be named, and cannot be named otherwise', () => {
  const endpoints = [`{${IN_IRELAND}, ${FILE}}`, `{${CUSTOM}, target: default, ${FILE}}`];
  expect(problems({ endpoints })).toEqual([]);
  expect(problems({ targets: '[{name: office}]', endpoints })).toEqual([
    'websocket.endpoints[1].target: there is no target "default", did you mean office?',
  ]);
});

test.each([
  ['{}', CUSTOM, true],
  ['{regions: [eu-west-1]}', CUSTOM, true],
  ['{regions: [eu-west-1, us-east-1]}', IN_IRELAND, true],
  ['{regions: [eu-west-1, us-east-1]}', `${CUSTOM}, region: us-east-1`, true],
  ['{regions: [eu-west-1, us-east-1]}', CUSTOM, false],
  ['{regions: [eu-west-1, us-east-1]}', `${CUSTOM}, target: office`, false],
])('in target %s the region of an endpoint with %s is known: %s', (target, endpoint, known) => {
  const message =
    'websocket.endpoints[0].region: is needed: target office has several regions, eu-west-1, us-east-1';
  const targets = `[${target.replace('{', '{name: office, ')}]`;
  expect(problems({ targets, endpoints: [`{${endpoint}, ${FILE}}`] })).toEqual(known ? [] : [message]);
});

test('an endpoint cannot wait for an intake that is off', () => {
  const endpoints = [`{${IN_IRELAND}, source: {type: intake}}`, `{${CUSTOM}, ${FILE}}`];
  expect(problems({ endpoints })).toEqual([]);
  expect(problems({ endpoints, websocket: 'enabled: true' })).toEqual([
    'websocket.endpoints[0].source.type: the intake is off; set intake.enabled: true',
  ]);
  expect(problems({ endpoints, websocket: 'enabled: true', intake: ON })).toEqual([]);
});

test('neither can the stages that are discovered', () => {
  const off = ['websocket.discover_source.type: the intake is off; set intake.enabled: true'];
  expect(problems({ websocket: 'enabled: true, discover: true' })).toEqual(off);
  expect(problems({ websocket: 'discover: true' })).toEqual([]);
  expect(problems({ websocket: 'enabled: true, discover: true', intake: ON })).toEqual([]);
  const file = 'discover_source: {type: file, path: "/{api_id}/{stage}"}';
  expect(problems({ websocket: `enabled: true, discover: true, ${file}` })).toEqual([]);
});

const intake = (url: string, keys = '') => `{url: "https://${url}", source: {type: intake, ${keys}}}`;
const PROD = 'a1.execute-api.eu-west-1.amazonaws.com/prod';
const TWIN = 'has the events of endpoints[0]: another api_id or stage must tell them apart';

test.each<[of: string, endpoints: readonly string[], expected: readonly string[]]>([
  ['one alone', [intake('ws.example.com/chat')], []],
  ['two APIs', [intake(PROD), intake(PROD.replace('a1', 'a2'))], []],
  ['two stages', [intake(PROD), intake(PROD.replace('prod', 'dev'))], []],
  [
    'an API and its custom domain',
    [intake(PROD), intake('ws.example.com/chat', 'api_id: a1, stage: prod')],
    [`[1].source: ${TWIN}`],
  ],
  ['a stage of the same name', [intake(PROD), intake('ws.example.com/chat', 'api_id: a2, stage: prod')], []],
  ['two domains', [intake('a.example/x', 'stage: prod'), intake('b.example/x', 'stage: prod')], []],
  [
    'two mappings',
    [intake('a.example/x', 'stage: prod'), intake('a.example/y', 'stage: prod')],
    [`[1].source: ${TWIN}`],
  ],
  [
    'mappings with APIs',
    [intake('a.example/x', 'api_id: a1, stage: prod'), intake('a.example/y', 'api_id: a2, stage: prod')],
    [],
  ],
  [
    'a mapping without a stage',
    [intake(PROD), intake('a.example/y', 'api_id: a2')],
    ['[1].source.stage: is needed to tell the events of several endpoints apart'],
  ],
  ['a file', [`{${CUSTOM}, ${FILE}}`, intake('a.example/y')], []],
])('whose an event is must be told: %s', (_, endpoints, expected) => {
  expect(problems({ endpoints })).toEqual(expected.map((rest) => `websocket.endpoints${rest}`));
});

test('stages that are discovered are more endpoints of the intake', () => {
  const endpoints = [intake('ws.example.com/chat')];
  expect(problems({ endpoints, websocket: 'discover: true' })).toEqual([
    'websocket.endpoints[0].source.stage: is needed to tell the events of several endpoints apart',
  ]);
});

test('without endpoints and discovery there is nothing to do', () => {
  const nothing = [
    'websocket.endpoints: there is nothing to look at; name endpoints here, or set discover: true',
  ];
  expect(problems({ websocket: 'enabled: true' })).toEqual(nothing);
  expect(problems({ websocket: 'enabled: true, sample_size: 0' })).toEqual([
    'websocket.sample_size: must be at least 1, got 0',
    ...nothing,
  ]);
});

test.each([
  'websocket: 5',
  'websocket: {enabled: true, endpoints: 5}',
  'websocket: {endpoints: [5]}',
  'websocket: []',
])('what is wrong altogether is told once: %s', (text) => {
  const result = loadConfig({ text: `${text}\ntargets: [{name: a}, {name: b}]`, readFile: () => '' });
  expect('problems' in result && result.problems).toHaveLength(1);
});

test('unknown keys do not hide what is wrong with the known ones', () => {
  const endpoints = [`{${CUSTOM}, target: x, foo: 1, ${FILE}}`];
  expect(problems({ endpoints, websocket: 'bar: 1' })).toEqual([
    'websocket.endpoints[0].foo: unknown key, did you mean url?',
    'websocket.bar: unknown key, did you mean enabled?',
    'websocket.endpoints[0].target: there is no target "x", did you mean default?',
  ]);
});

test.each(['targets: 5', 'targets: [5, {}]'])('endpoints are not judged by broken targets: %s', (targets) => {
  const text = `${targets}\nwebsocket: {endpoints: [{${CUSTOM}, target: x, ${FILE}}]}`;
  const result = loadConfig({ text, readFile: () => '' });
  expect('problems' in result && result.problems.map(({ path }) => path)).toEqual([
    expect.stringMatching(/^targets/),
  ]);
});
