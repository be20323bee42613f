import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';

function problems(text: string, token = 'token'): readonly string[] {
  const result = loadConfig({ path: '/etc/exporter.yaml', text, readFile: () => token });
  return 'problems' in result ? result.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

const withToken = (token: string) => problems('intake: {enabled: true, token_file: token}', token);

const ONE_WORD =
  'intake.token_file: /etc/token must hold one word of visible ASCII a line, for it is sent in a header: openssl rand -hex 32 makes one. Not so: line ';

test.each([
  ['two words', 'hush-one hush-two', '1'],
  ['a tab within', 'hush-one\thush-two', '1'],
  ['a carriage return within', 'hush-one\rhush-two', '1'],
  ['a control character', 'hush\u0007one', '1'],
  ['a zero byte', 'hush\u0000one', '1'],
  ['DEL', 'hush\u007fone', '1'],
  ['a letter beyond ASCII', 'hush-ö', '1'],
  ['a byte order mark within', 'hush\ufeffone', '1'],
  ['bytes that are no UTF-8', 'hush\ufffd\ufffd', '1'],
  ['a good line and a bad one', 'hush-one\r\n\r\n# hush two\r\n', '3'],
  ['several bad lines', 'hush one\nhush\n\n hush-ö\n', '1, 4'],
])('a token file of %s is refused with a sentence, which does not show it', (_, text, lines) => {
  const found = withToken(text);
  expect(found).toEqual([`${ONE_WORD}${lines}`]);
  expect(JSON.stringify(found)).not.toContain('hush');
});

test.each([
  'hush',
  'hush\n',
  '  hush\r\n',
  '!#$%&()*+-./:;<=>?@[]^_`{|}~"\'\\',
  'hush-one\nhush-two\n',
  '\ufeff\n  hush-one\t\r\n\r\n\nhush-two',
])('a token file may hold %j', (text) => {
  expect(withToken(text)).toEqual([]);
});

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
