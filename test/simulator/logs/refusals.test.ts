import { expect, test } from 'vitest';
import type { Fault } from '../../../src/simulator/wire/faults.ts';
import { simulate } from '../simulation.ts';
import { askJson } from '../wire.ts';
import { filterPage, messagesOf } from './rows.ts';

const ALL = { logGroupName: 'access' };

async function simulateGroup() {
  const simulation = await simulate({ accounts: { AKIAOTHER: '444455556666' } });
  simulation.websockets.logs.addGroup({ name: 'access' });
  simulation.websockets.logs.put('access', { message: 'row' });
  return simulation;
}

test.each<[Fault, number, string, string]>([
  ['throttled', 400, 'ThrottlingException', 'Rate exceeded'],
  ['internal-error', 500, 'InternalFailure', 'An internal failure'],
  ['denied', 400, 'AccessDeniedException', 'is not authorized to perform: logs:FilterLogEvents on resource:'],
  [
    'auth-failure',
    400,
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
  ],
  ['expired', 400, 'InvalidSignatureException', 'Signature expired'],
  ['expired-token', 400, 'ExpiredTokenException', 'The security token included in the request is expired'],
  ['not-found', 400, 'ResourceNotFoundException', 'The specified log group does not exist.'],
])(
  '%s is %i %s in the words of CloudWatch Logs, then all is well again',
  async (fault, status, type, words) => {
    const { simulator, url } = await simulateGroup();
    simulator.failNext(1, fault, { action: 'FilterLogEvents', item: 'access' });
    const refused = await askJson({ url }, 'FilterLogEvents', ALL);
    expect([refused.status, refused.json.__type]).toEqual([status, type]);
    expect(refused.json[fault === 'denied' ? 'Message' : 'message']).toContain(words);
    expect((await askJson({ url }, 'FilterLogEvents', ALL)).status).toBe(200);
  },
);

test('a denial names the group', async () => {
  const { simulator, url } = await simulateGroup();
  simulator.deny('FilterLogEvents');
  const identifier = 'arn:aws:logs:eu-west-1:111122223333:log-group:access';
  for (const input of [ALL, { logGroupIdentifier: identifier }]) {
    const { json } = await askJson({ url }, 'FilterLogEvents', input);
    expect(json.Message).toContain(
      ' on resource: arn:aws:logs:eu-west-1:111122223333:log-group:access:log-stream:',
    );
  }
});

test.each<[object, string, RegExp]>([
  [{ logGroupName: 'nope' }, 'ResourceNotFoundException', /^The specified log group does not exist\.$/],
  [{}, 'InvalidParameterException', /logGroupName and logGroupIdentifier/],
  [
    { ...ALL, logGroupIdentifier: 'access' },
    'InvalidParameterException',
    /logGroupName and logGroupIdentifier/,
  ],
  [{ logGroupName: 'a:b' }, 'InvalidParameterException', /at 'logGroupName' failed to satisfy constraint/],
  [
    { logGroupIdentifier: 'arn:aws:logs:eu-west-1:1:log-group:a:*' },
    'InvalidParameterException',
    /Identifier/,
  ],
  [{ ...ALL, limit: 0 }, 'InvalidParameterException', /'0' at 'limit' failed to satisfy constraint/],
  [{ ...ALL, limit: 10_001 }, 'InvalidParameterException', /less than or equal to 10000/],
  [{ ...ALL, startTime: -1 }, 'InvalidParameterException', /'-1' at 'startTime'/],
  [{ ...ALL, startTime: 'now' }, 'InvalidParameterException', /at 'startTime'/],
  [{ ...ALL, logStreamNames: [] }, 'InvalidParameterException', /'logStreamNames'/],
  [
    { ...ALL, logStreamNames: ['a'], logStreamNamePrefix: 'a' },
    'InvalidParameterException',
    /mutually exclusive/,
  ],
])('%j is refused', async (input, type, words) => {
  const { url } = await simulateGroup();
  const { status, json } = await askJson({ url }, 'FilterLogEvents', input);
  expect([status, json]).toEqual([400, { __type: type, message: expect.stringMatching(words) }]);
});

test('groups of another class than STANDARD cannot be filtered', async () => {
  const { websockets, url } = await simulateGroup();
  websockets.logs.addGroup({ name: 'rare', class: 'INFREQUENT_ACCESS' });
  expect((await askJson({ url }, 'FilterLogEvents', { logGroupName: 'rare' })).json).toEqual({
    __type: 'InvalidOperationException',
    message:
      'The log group rare is of log-group-class INFREQUENT_ACCESS. FilterLogEvents is not supported for this log class.',
  });
});

test('a group is of one account and region', async () => {
  const { url } = await simulateGroup();
  const found = async (asker: object, input: object = ALL) =>
    (await askJson({ url, ...asker }, 'FilterLogEvents', input)).json.__type ?? 'found';
  expect(await found({})).toBe('found');
  expect(await found({ region: 'us-east-1' })).toBe('ResourceNotFoundException');
  expect(await found({ accessKeyId: 'AKIAOTHER' })).toBe('ResourceNotFoundException');
});

test.each([
  ['us-east-1', 25],
  ['eu-central-1', 5],
  ['eu-west-1', 10],
])('FilterLogEvents is granted an account in %s %i times a second', async (region, granted) => {
  const { websockets, url, advance } = await simulate({ accounts: { AKIAOTHER: '444455556666' } });
  websockets.logs.addGroup({ name: 'access', region });
  const ask = async (asker = {}) =>
    (await askJson({ url, region, ...asker }, 'FilterLogEvents', ALL)).json.__type ?? 'granted';
  for (let n = 0; n < granted; n++) expect(await ask()).toBe('granted');
  expect(await ask()).toBe('ThrottlingException');
  expect(await ask({ accessKeyId: 'AKIAOTHER' })).toBe('ResourceNotFoundException');
  advance(1_000);
  expect(await ask()).toBe('granted');
});

test('pages that are wrong: no events, none yet, the same token for ever', async () => {
  const { simulator, url } = await simulateGroup();
  simulator.failNext(1, 'missing-connections');
  expect(await filterPage({ url }, ALL)).not.toHaveProperty('events');
  simulator.failNext(1, 'empty-pages');
  const empty = await filterPage({ url }, ALL);
  expect(empty.events).toEqual([]);
  const next = await filterPage({ url }, { ...ALL, nextToken: empty.nextToken });
  expect(messagesOf([next])).toEqual(['row']);
  simulator.failNext(2, 'repeating-token');
  const input = { ...ALL, nextToken: next.nextToken };
  expect((await filterPage({ url }, input)).nextToken).toBe(next.nextToken);
  expect((await filterPage({ url }, input)).nextToken).toBe(next.nextToken);
});

test('what it does not know, it says', async () => {
  const { url } = await simulate();
  const { status, json } = await askJson({ url }, 'StartQuery');
  expect([status, json.__type]).toEqual([400, 'UnknownOperationException']);
});
