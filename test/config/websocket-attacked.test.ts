import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';

function problems(text: string, token = 'token'): readonly string[] {
  const result = loadConfig({ path: '/etc/exporter.yaml', text, readFile: () => token });
  return 'problems' in result ? result.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

const withToken = (token: string) => problems('intake: {enabled: true, token_file: token}', token);

test.each([
  ['two lines', 'hush-one\nhush-two\n'],
  ['two words', 'hush-one hush-two'],
  ['a tab within', 'hush-one\thush-two'],
  ['a carriage return within', 'hush-one\rhush-two'],
  ['a control character', 'hush\u0007one'],
  ['a zero byte', 'hush\u0000one'],
  ['DEL', 'hush\u007fone'],
  ['a letter beyond ASCII', 'hush-ö'],
  ['a byte order mark within', 'hush\ufeffone'],
  ['bytes that are no UTF-8', 'hush\ufffd\ufffd'],
])('a token of %s is refused with a sentence, which does not show it', (_, token) => {
  const found = withToken(token);
  expect(found).toEqual([
    'intake.token_file: /etc/token must hold one word of visible ASCII, for it is sent in a header: openssl rand -hex 32 makes one',
  ]);
  expect(JSON.stringify(found)).not.toContain('hush');
});

test.each(['hush', 'hush\n', '  hush\r\n', '!#$%&()*+-./:;<=>?@[]^_`{|}~"\'\\'])(
  'a token may be %j',
  (token) => {
    expect(withToken(token)).toEqual([]);
  },
);

const PROD = 'https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod';
const ofSource = (url: string, keys: string) =>
  problems(`websocket: {endpoints: [{url: "${url}", source: {type: intake, ${keys}}}]}`);
const at = (key: string) => `websocket.endpoints[0].source.${key}`;

test.each<[url: string, keys: string, expected: readonly string[]]>([
  [PROD, 'api_id: zzzzzzzzzz', [`${at('api_id')}: the URL says a1b2c3d4e5`]],
  [PROD, 'stage: dev', [`${at('stage')}: the URL says prod`]],
  [
    PROD,
    'api_id: zzzzzzzzzz, stage: dev',
    [`${at('api_id')}: the URL says a1b2c3d4e5`, `${at('stage')}: the URL says prod`],
  ],
  [PROD, 'api_id: a1b2c3d4e5, stage: prod', []],
  ['https://ws.example.com/chat', 'api_id: zzzzzzzzzz, stage: dev', []],
])('%s with %s', (url, keys, expected) => {
  expect(ofSource(url, keys)).toEqual(expected);
});
