import { expect, test } from 'vitest';
import { compilePattern } from '../../../src/simulator/logs/filter-pattern.ts';
import { Refusal } from '../../../src/simulator/wire/service.ts';
import { simulate } from '../simulation.ts';
import { askJson } from '../wire.ts';

const connect = '{"eventType":"CONNECT","routeKey":"$connect","status":"200","nested":{"n":7},"none":null}';
const disconnect = '{"eventType":"DISCONNECT","routeKey":"$disconnect","status":"200"}';
const refused = '{"eventType":"CONNECT","routeKey":"$connect","status":"403","late":true}';
const clfConnect = '192.0.2.1 - - [01/Jan/2026:00:00:00 +0000] "CONNECT $connect abc=" 200 EP5yqFByIAMElXw=';
const clfDisconnect = '192.0.2.1 - - [01/Jan/2026:00:00:00 +0000] "DISCONNECT $disconnect abc=" 200 EP5y=';
const clfMessage = '192.0.2.1 - - [01/Jan/2026:00:00:00 +0000] "MESSAGE $default abc=" 200 EP5z=';
const corpus = { connect, disconnect, refused, clfConnect, clfDisconnect, clfMessage, text: 'not JSON' };

test.each<[pattern: string, matched: string[]]>([
  ['', Object.keys(corpus)],
  ['{ ($.eventType = "CONNECT") || ($.eventType = "DISCONNECT") }', ['connect', 'disconnect', 'refused']],
  ['{$.eventType="CONNECT"&&$.status=2*}', ['connect']],
  ['{ $.eventType = CONNECT && ($.status = "403" || $.status = 500) }', ['refused']],
  ['{ $.status = 200 }', ['connect', 'disconnect']],
  ['{ $.status != 200 }', ['refused']],
  ['{ $.eventType = "*CONNECT" }', ['connect', 'disconnect', 'refused']],
  ['{ $.eventType = "CONN.*" }', []],
  ['{ $.nested.n > 6 }', ['connect']],
  ['{ $.nested.n >= 8 }', []],
  ['{ $.status > 100 }', []],
  ['{ $.none IS NULL }', ['connect']],
  ['{ $.late IS TRUE }', ['refused']],
  ['{ $.late NOT EXISTS }', ['connect', 'disconnect']],
  ['{ $.absent != "x" }', []],
  ['?"CONNECT $connect" ?"DISCONNECT $disconnect"', ['clfConnect', 'clfDisconnect']],
  ['CONNECT', ['connect', 'disconnect', 'refused', 'clfConnect', 'clfDisconnect']],
  ['CONNECT -DISCONNECT', ['connect', 'refused', 'clfConnect']],
  ['JSON ?CONNECT', ['text']],
  ['"\\"CONNECT\\""', ['connect', 'refused']],
])('%s', (pattern, matched) => {
  const matches = compilePattern(pattern);
  const found = Object.entries(corpus).filter(([, message]) => matches(message));
  expect(found.map(([name]) => name)).toEqual(matched);
});

test.each([
  '{ $.eventType = "CONNECT"',
  '{ $.eventType }',
  '{ eventType = "CONNECT" }',
  '{ $.a = "b" || }',
  '{ ($.a = "b" }',
  '{ $.a = "b" $.c = "d" }',
  '{ $."sc-status" = 5* }',
  '{ $.a > "b" }',
  '{ $.a IS MAYBE }',
  '{ $.a = b:c }',
  '[ip, user, ...]',
  '%regular%',
  '?Status: timeout',
  '"open',
  'x'.repeat(1025),
])('%s is refused as no pattern', (pattern) => {
  expect(() => compilePattern(pattern)).toThrow(Refusal);
});

test('a pattern that is none is refused on the wire', async () => {
  const { websockets, url } = await simulate();
  websockets.logs.addGroup({ name: 'access' });
  const input = { logGroupName: 'access', filterPattern: '?Status: timeout' };
  const { status, json } = await askJson({ url }, 'FilterLogEvents', input);
  expect([status, json]).toEqual([
    400,
    { __type: 'InvalidParameterException', message: "Invalid character(s) in term ':'" },
  ]);
});
