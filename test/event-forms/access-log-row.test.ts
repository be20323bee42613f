import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Row, toRow, USUAL_KEYS } from '../../src/event-forms/access-log-row.ts';

const LOGGED = 1_790_328_030_000;
const ID = 'gbik1K9kzQAYKEilnA==';
/** As recorded, the address replaced. */
const CONNECT = {
  requestId: 'EP5yqFByIAMElXw=',
  apiId: '9f51g9pb21',
  stage: 'probe',
  eventType: 'CONNECT',
  routeKey: '$connect',
  status: '200',
  connectionId: ID,
  connectedAt: '1790328029377',
  requestTimeEpoch: '1790328029391',
  sourceIp: '192.0.2.10',
};
const DISCONNECT = {
  ...CONNECT,
  eventType: 'DISCONNECT',
  routeKey: '$disconnect',
  requestTimeEpoch: '1790328030389',
};
const PLACE = { apiId: '9f51g9pb21', stage: 'probe', domain: undefined };

function read(row: object | string, keys = USUAL_KEYS): Row {
  return toRow(typeof row === 'string' ? row : JSON.stringify(row), keys, LOGGED);
}

test('rows as recorded say who came and went, when, and where', () => {
  const event = { connectionId: ID, ...PLACE, connectedAt: 1_790_328_029_377 };
  expect(read(CONNECT)).toEqual({
    is: 'event',
    at: 1_790_328_029_391,
    event: { type: 'connect', ...event },
  });
  expect(read(DISCONNECT)).toEqual({
    is: 'event',
    at: 1_790_328_030_389,
    event: { type: 'disconnect', ...event },
  });
});

test("rows with the console's keys have the time of their log event, and name no endpoint", () => {
  const row = {
    requestId: 'a',
    ip: '192.0.2.10',
    caller: '-',
    user: '-',
    requestTime: '25/Sep/2026:09:20:29 +0000',
    eventType: 'CONNECT',
    routeKey: '$connect',
    status: '200',
    connectionId: ID,
  };
  const nowhere = { apiId: undefined, stage: undefined, domain: undefined };
  expect(read(row)).toEqual({
    is: 'event',
    at: LOGGED,
    event: { type: 'connect', connectionId: ID, ...nowhere, connectedAt: LOGGED },
  });
  expect(read({ ...row, eventType: 'DISCONNECT' })).toMatchObject({ event: { connectedAt: undefined } });
  const clf = `192.0.2.10 - - [25/Sep/2026:09:20:29 +0000] "CONNECT $connect ${ID}" 200 EP5yqFByIAMElXw=`;
  expect(read(clf)).toEqual(read(row));
});

test.each<[string, object | string, Row['is']]>([
  ['a refused connect', { ...CONNECT, status: '403' }, 'refused'],
  ['one refused with a number', { ...CONNECT, status: 500 }, 'refused'],
  ['a disconnect with whatever status', { ...DISCONNECT, status: '500' }, 'event'],
  ['a disconnect without one', { ...DISCONNECT, status: '-' }, 'event'],
  ['a message', { ...CONNECT, eventType: 'MESSAGE', routeKey: 'CONNECT' }, 'message'],
  ['a look-up of ours', { ...CONNECT, eventType: 'CONNECTION_API', status: '410' }, 'management'],
  ['one in CLF', `1 - - [x] "CONNECTION_API GET /@connections/{connectionId} ${ID}" 200 r`, 'management'],
  ['a type told by the route', { ...CONNECT, eventType: '-' }, 'event'],
  ['no id', { ...CONNECT, connectionId: '-' }, 'unreadable'],
  ['an id that is none', { ...CONNECT, connectionId: 'a b' }, 'unreadable'],
  ['no status', { ...CONNECT, status: '-' }, 'unreadable'],
  ['no type', { ...CONNECT, eventType: '-', routeKey: '-' }, 'unreadable'],
  ['a list', '[]', 'unreadable'],
  ['broken JSON', '{"connectionId":"a', 'unreadable'],
  ['a client that ends the quotes', '{"connectionId":"a=","agent":"x","connectionId":"b="}', 'unreadable'],
  ['one that spells it', '{"connectionId":"a=","agent":"x","connection\\u0049d":"b="}', 'unreadable'],
  ['one with blanks', '{"connectionId" :"a=","agent":"x","connectionId":"b="}', 'unreadable'],
  ['nothing', '', 'unreadable'],
])('%s is read for what it is', (_, row, is) => {
  expect(read(row).is).toBe(is);
});

test('rows with other keys are read as configured', () => {
  const keys = {
    ...USUAL_KEYS,
    connectionId: ['cid', 'connectionId'],
    eventType: ['type'],
    status: ['code'],
  };
  const row = { cid: ID, type: 'CONNECT', code: '200', at: 1 };
  expect(read(row, keys)).toMatchObject({ is: 'event', event: { type: 'connect', connectionId: ID } });
});

test('a reason repeats nothing of the row, and says what to add to the format', () => {
  const row = read({ ...CONNECT, connectionId: 'secret text' });
  expect(row).toEqual({
    is: 'unreadable',
    lacks: 'connectionId',
    place: { apiId: CONNECT.apiId, stage: CONNECT.stage, domain: undefined },
    reason: expect.stringContaining('$context.connectionId'),
  });
  expect(JSON.stringify(row)).not.toContain('secret');
});

test('whatever stands in a row, it is read for something, and an event has a sound id and times', () => {
  const value = fc.oneof(fc.string(), fc.constantFrom('-', '200', 'CONNECT', '$connect', ID), fc.json());
  const object = fc
    .record(
      { connectionId: value, eventType: value, status: value, connectedAt: value, x: value },
      { requiredKeys: [] },
    )
    .map((row) => JSON.stringify(row));
  const text = fc.oneof(
    fc.string(),
    fc.json(),
    object,
    fc.string().map((tail) => `{"eventType":"CONNECT"${tail}}`),
  );
  const judge = (row: string) => {
    const said = toRow(row, USUAL_KEYS, LOGGED);
    if (said.is !== 'event') return;
    expect(said.event.connectionId).toMatch(/^\S{1,128}$/);
    expect(Number.isInteger(said.at) && said.at >= 0).toBe(true);
  };
  fc.assert(fc.property(text, judge), { numRuns: 2000 });
});

test('no value that a client chooses makes another event of a row', () => {
  const inject = (agent: string) => {
    const row = `${JSON.stringify({ ...CONNECT, eventType: 'MESSAGE' }).slice(0, -1)},"agent":"${agent}"}`;
    expect(['message', 'unreadable']).toContain(read(row).is);
  };
  const piece = fc.constantFrom(
    '"',
    ',',
    ':',
    '{',
    '}',
    '\\',
    ' ',
    'eventType',
    'connectionId',
    'CONNECT',
    ID,
    'agent',
  );
  const agent = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
  fc.assert(fc.property(fc.oneof(fc.string(), agent), inject), { numRuns: 5000 });
});
