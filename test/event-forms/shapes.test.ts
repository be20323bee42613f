import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ConnectionEvent } from '../../src/core/websocket-event.ts';
import {
  type EventPath,
  namesConnection,
  toBodyEvent,
  toEventPath,
  toHeaderEvent,
  type Unreadable,
} from '../../src/event-forms/shapes.ts';

const IDS = ['L0SM9cOFvHcCIhw=', 'gbgBR89uMQAYKEiZJA=='];
const [ID = ''] = IDS;
const CONNECTED_AT = 1_790_295_783_782;
const NOTHING_ELSE = { apiId: undefined, stage: undefined, domain: undefined, connectedAt: undefined };

const INSIDE = { type: undefined };
const CONNECT = { type: 'connect' } as const;

/** A `$connect` as API Gateway hands it to a Lambda function, shortened. */
function toProxyEvent(context: Readonly<Record<string, unknown>>) {
  return JSON.stringify({
    headers: {
      Host: 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com',
      'User-Agent': 'x',
      connectionId: 'no',
    },
    requestContext: {
      routeKey: '$connect',
      eventType: 'CONNECT',
      requestTime: '25/Sep/2026:00:23:03 +0000',
      messageDirection: 'IN',
      stage: 'other',
      connectedAt: CONNECTED_AT,
      identity: { sourceIp: '203.0.113.50' },
      domainName: 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com',
      connectionId: ID,
      apiId: 'a1b2c3d4e5',
      ...context,
    },
    isBase64Encoded: false,
  });
}

test.each([
  ['/websocket/connect', 'connect'],
  ['/websocket/disconnect', 'disconnect'],
  ['/websocket/message', 'message'],
  ['/websocket', undefined],
])('%s takes events of type %s', (path, type) => {
  expect(toEventPath(path)).toEqual({ type });
});

test.each([
  '',
  '/',
  '/websocket/',
  '/websocket/connect/',
  '/Websocket',
  '/websocket/ping',
  '//websocket',
  '*',
])('nothing is taken at %j', (path) => {
  expect(toEventPath(path)).toBeUndefined();
});

test.each(IDS)('%s arrives unchanged in every shape', (connectionId) => {
  expect(toHeaderEvent(CONNECT, { connectionid: connectionId })).toMatchObject({ connectionId });
  expect(toBodyEvent(CONNECT, JSON.stringify({ connectionId }))).toMatchObject({ connectionId });
  expect(toBodyEvent(CONNECT, toProxyEvent({ connectionId }))).toMatchObject({ connectionId });
});

test('headers: the id alone is enough at a path that says the type', () => {
  expect(toHeaderEvent(CONNECT, { connectionid: ID })).toEqual({
    type: 'connect',
    connectionId: ID,
    ...NOTHING_ELSE,
  });
});

test('headers: all that can be mapped is read', () => {
  const headers = {
    connectionid: ID,
    apiid: 'a1b2c3d4e5',
    stage: 'prod',
    domainname: 'WS.example.com',
    eventtype: 'DISCONNECT',
    connectedat: String(CONNECTED_AT),
  };
  expect(toHeaderEvent(INSIDE, headers)).toEqual({
    type: 'disconnect',
    connectionId: ID,
    apiId: 'a1b2c3d4e5',
    stage: 'prod',
    domain: 'ws.example.com',
    connectedAt: CONNECTED_AT,
  });
});

test("a template: API Gateway's own example is read, whatever params is", () => {
  for (const params of [
    '{path={}, querystring={a=b}, header={}}',
    { querystring: { connectionId: 'no' } },
    null,
  ]) {
    const body = JSON.stringify({ connectionId: ID, domain: 'ws.example.com', stage: 'prod', params });
    expect(toBodyEvent(CONNECT, body)).toEqual({
      type: 'connect',
      connectionId: ID,
      ...NOTHING_ELSE,
      domain: 'ws.example.com',
      stage: 'prod',
    });
  }
});

test('a template can say all the rest too', () => {
  const body = JSON.stringify({
    connectionId: ID,
    apiId: 'a1b2c3d4e5',
    eventType: 'MESSAGE',
    connectedAt: '2026-09-25T00:23:03.782Z',
  });
  expect(toBodyEvent(INSIDE, body)).toEqual({
    type: 'message',
    connectionId: ID,
    ...NOTHING_ELSE,
    apiId: 'a1b2c3d4e5',
    connectedAt: CONNECTED_AT,
  });
});

test('a Lambda proxy event is read by its context alone', () => {
  expect(toBodyEvent(INSIDE, toProxyEvent({}))).toEqual({
    type: 'connect',
    connectionId: ID,
    apiId: 'a1b2c3d4e5',
    stage: 'other',
    domain: 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com',
    connectedAt: CONNECTED_AT,
  });
});

test.each([
  ['CONNECT', 'connect'],
  ['connect', 'connect'],
  ['$connect', 'connect'],
  ['Disconnect', 'disconnect'],
  ['$disconnect', 'disconnect'],
  ['MESSAGE', 'message'],
])('the type %s means %s', (eventType, type) => {
  expect(toHeaderEvent(INSIDE, { connectionid: ID, eventtype: eventType })).toMatchObject({ type });
  expect(toBodyEvent(INSIDE, JSON.stringify({ connectionId: ID, eventType }))).toMatchObject({ type });
  expect(toBodyEvent(INSIDE, toProxyEvent({ eventType }))).toMatchObject({ type });
});

test.each([undefined, '', '$default', 'sendMessage', 7, null, ['CONNECT']])(
  'the type %j says nothing: the path decides, and without it nobody does',
  (eventType) => {
    const body = JSON.stringify({ connectionId: ID, eventType });
    expect(toBodyEvent(CONNECT, body)).toMatchObject({ type: 'connect' });
    expect(toBodyEvent(INSIDE, body)).toEqual({
      status: 400,
      reason:
        'Neither the path nor the event says what happened: map EventType (CONNECT, DISCONNECT or MESSAGE), or send to /websocket/connect, /websocket/disconnect or /websocket/message.',
    });
  },
);

test('path and event in conflict are refused in every shape', () => {
  const conflict = {
    status: 400,
    reason: 'The path takes connect events, and the event says that it is a disconnect event.',
  };
  const eventType = 'DISCONNECT';
  expect(toHeaderEvent(CONNECT, { connectionid: ID, eventtype: eventType })).toEqual(conflict);
  expect(toBodyEvent(CONNECT, JSON.stringify({ connectionId: ID, eventType }))).toEqual(conflict);
  expect(toBodyEvent(CONNECT, toProxyEvent({ eventType }))).toEqual(conflict);
});

test('a header ConnectionId counts also when it is empty', () => {
  expect(namesConnection({ connectionid: '' })).toBe(true);
  expect(namesConnection({ 'x-connection-id': ID })).toBe(false);
});

test.each([
  '',
  ' ',
  'a b',
  'a/b',
  'a?b',
  'a#b',
  'a%3Db',
  'a\\b',
  '.',
  '..',
  `${ID}, ${ID}`,
  `${ID},${ID}`,
  `${ID}\n`,
  'é',
  'x'.repeat(129),
  7,
  null,
  [ID],
  { id: ID },
])('%j is no connection id', (connectionId) => {
  const refusal = (name: string) => ({
    status: 400,
    reason: `${name} is not a connection id: expected one text of 1 to 128 characters.`,
  });
  if (typeof connectionId === 'string')
    expect(toHeaderEvent(CONNECT, { connectionid: connectionId })).toEqual(
      refusal('The header ConnectionId'),
    );
  expect(toBodyEvent(CONNECT, JSON.stringify({ connectionId }))).toEqual(refusal('The field connectionId'));
  expect(toBodyEvent(CONNECT, toProxyEvent({ connectionId }))).toEqual(
    refusal('The field requestContext.connectionId'),
  );
});

test.each(['x', 'x'.repeat(128), 'Mg_ugfpqPHcCIVA=', 'a-b_c.d~e+f:g', '...'])(
  '%s could be a connection id',
  (connectionId) => {
    expect(toHeaderEvent(CONNECT, { connectionid: connectionId })).toMatchObject({ connectionId });
  },
);

test('what cannot be read beside the id is left out', () => {
  const body = JSON.stringify({
    connectionId: ID,
    apiId: 7,
    stage: '',
    domain: ['x'],
    connectedAt: 'yesterday',
  });
  expect(toBodyEvent(CONNECT, body)).toEqual({ type: 'connect', connectionId: ID, ...NOTHING_ELSE });
  const headers = { connectionid: ID, apiid: '', stage: '', domainname: '', eventtype: '', connectedat: '' };
  expect(toHeaderEvent(CONNECT, headers)).toEqual({ type: 'connect', connectionId: ID, ...NOTHING_ELSE });
});

test.each([
  ['', 'The request has neither a header ConnectionId nor a body.'],
  ['{', 'The body is not JSON.'],
  ['undefined', 'The body is not JSON.'],
  // A template without quotes around $input.params().
  [`{"connectionId":"${ID}","params":{path={}, querystring={}}}`, 'The body is not JSON.'],
  ['null', 'The body is not a JSON object.'],
  ['"text"', 'The body is not a JSON object.'],
  ['[{"connectionId":"a"}]', 'The body is not a JSON object.'],
  ['['.repeat(60_000), 'The body is not JSON.'],
  [`${'['.repeat(30_000)}${']'.repeat(30_000)}`, 'The body is not a JSON object.'],
  ['{}', 'The body names no connection.'],
  ['{"requestContext":null}', 'The body names no connection.'],
  ['{"requestContext":[]}', 'The body names no connection.'],
  ['{"requestContext":{"apiId":"a"}}', 'The body names no connection.'],
  ['{"ConnectionId":"a"}', 'The body names no connection.'],
  ['{"__proto__":{"connectionId":"a"}}', 'The body names no connection.'],
])('the body %.60s is refused', (body, reason) => {
  const refusal = toBodyEvent(CONNECT, body);
  expect('reason' in refusal && refusal.reason.startsWith(`${reason} Expected `)).toBe(true);
});

test("a client's query that ends the quotes of a template forges no other connection", () => {
  const template = (query: string) =>
    `{"connectionId":"${ID}","stage":"prod","params":"{querystring={x=${query}}}"}`;
  expect(toBodyEvent(CONNECT, template('1'))).toMatchObject({ connectionId: ID });
  for (const key of ['connectionId', '\\u0063onnectionId', 'stage'])
    expect(toBodyEvent(CONNECT, template(`","${key}":"forged","y":"`))).toMatchObject({ status: 400 });
});

const FORGED = '"connectionId":"forged"';
test.each<[template: (query: string) => string, queries: readonly string[]]>([
  [
    (query) => `{"requestContext":{"connectionId":"${ID}","stage":"prod","query":"${query}"}}`,
    [
      `",${FORGED},"y":"`,
      '","\\u0063onnectionId":"forged","y":"',
      '","connectionId" : "forged" ,"y":"',
      '","stage":"other","y":"',
      '","y":{"stage":"a","stage":"b"},"z":"',
      `"},${FORGED},"y":{"z":"`,
      `"},"requestContext":{${FORGED},"y":"`,
      `"},"\\u0072equestContext":{${FORGED},"y":"`,
    ],
  ],
  [
    (query) => `{"requestContext":{"query":"${query}","connectionId":"${ID}","stage":"prod"}}`,
    [
      `",${FORGED},"y":"`,
      `"},${FORGED},"y":{"z":"`,
      `",${FORGED}},"y":{"z":"`,
      `",${FORGED}},"headers":{"z":"`,
      `",${FORGED}},"params":{"z":"`,
      `",${FORGED}},"y":[1,{"requestContext":{}}],"z":{"z":"`,
    ],
  ],
  [
    (query) =>
      `{"requestContext":{"a":"${query.split('&')[0]}","connectionId":"${ID}","b":"${query.split('&')[1]}"}}`,
    [`","y":{"z":"&"},${FORGED},"w":"`, `"},"y":{"z":"&"},${FORGED},"w":{"v":"`],
  ],
  [
    (query) => `{"requestContext":{"connectionId":"${ID}","params":{"query":{"x":"${query}"}}}}`,
    [`"}},${FORGED},"y":{"z":{"x":"`, `"}}},${FORGED},"y":{"z":{"x":{"x":"`, '","x":"'],
  ],
  [
    (query) => `{"connectionId":"${ID}","stage":"prod","params":{"querystring":{"x":"${query}"}}}`,
    [
      `"}},${FORGED},"y":{"z":{"x":"`,
      `"}},"requestContext":{${FORGED}},"y":{"z":{"x":"`,
      `"},"querystring":{"x":"`,
      '","x":"',
    ],
  ],
])('a query that ends the quotes of the template %# forges no other connection', (template, queries) => {
  for (const path of [CONNECT, { type: 'disconnect' } as const]) {
    expect(toBodyEvent(path, template('1'))).toMatchObject({ connectionId: ID });
    for (const query of queries) {
      const json = template(query);
      expect(JSON.parse(json)).toBeTypeOf('object');
      expect([query, toBodyEvent(path, json)]).toMatchObject([query, { status: 400 }]);
    }
  }
});

test('a connection that is named in two places is refused, were it the same', () => {
  const requestContext = { connectionId: ID, eventType: 'CONNECT' };
  const bodies = [
    { connectionId: ID, requestContext },
    { connectionId: null, requestContext },
    { connectionId: ID, requestContext: {} },
    { connectionId: ID, other: { connectionId: ID } },
    { requestContext, headers: { connectionId: ID } },
    { requestContext: { ...requestContext, identity: [{ connectionId: ID }] } },
  ];
  for (const body of bodies)
    expect([body, toBodyEvent(CONNECT, JSON.stringify(body))]).toMatchObject([
      body,
      { reason: expect.stringMatching(/^The body names a connection in two places\. /) },
    ]);
});

test('what a client calls connectionId does no harm where API Gateway tells what clients sent', () => {
  const client = { connectionId: 'no', requestContext: { connectionId: 'no' } };
  const bodies = [
    { headers: client, queryStringParameters: client, requestContext: { connectionId: ID }, body: '' },
    { connectionId: ID, params: { header: client, querystring: client } },
    { params: client, connectionId: ID },
  ];
  for (const body of bodies)
    expect(toBodyEvent(CONNECT, JSON.stringify(body))).toEqual({
      type: 'connect',
      connectionId: ID,
      ...NOTHING_ELSE,
    });
});

test.each([
  '{"__proto__":{"connectionId":"a"}}',
  '{"requestContext":{"__proto__":{"connectionId":"a"}}}',
  '{"__proto__":{"requestContext":{"connectionId":"a"}}}',
  '{"constructor":{"prototype":{"connectionId":"a"}}}',
])('%s names no connection', (body) => {
  expect(toBodyEvent(CONNECT, body)).toMatchObject({
    reason: expect.stringMatching(/^The body names no connection\. /),
  });
  expect(Object.hasOwn(Object.prototype, 'connectionId')).toBe(false);
});

test('what a prototype says of an event is not read', () => {
  const context = `{"connectionId":"${ID}","__proto__":{"eventType":"DISCONNECT","stage":"other"}}`;
  for (const body of [context, `{"requestContext":${context}}`])
    expect(toBodyEvent(CONNECT, body)).toEqual({ type: 'connect', connectionId: ID, ...NOTHING_ELSE });
});

test('JSON as deep as a body can be is read', () => {
  const deep = (open: string, close: string, times: number) => open.repeat(times) + close.repeat(times);
  const bombs = [deep('[', ']', 30_000), `${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}`];
  for (const bomb of bombs) {
    const event = { type: 'connect', connectionId: ID, ...NOTHING_ELSE };
    expect(toBodyEvent(CONNECT, `{"connectionId":"${ID}","params":${bomb}}`)).toEqual(event);
    expect(toBodyEvent(CONNECT, `{"requestContext":{"params":${bomb},"connectionId":"${ID}"}}`)).toEqual(
      event,
    );
    expect(toBodyEvent(CONNECT, `{"params":${bomb},"params":1,"connectionId":"${ID}"}`)).toMatchObject({
      status: 400,
    });
  }
});

const odd = fc.oneof(fc.anything(), fc.constantFrom(...IDS, 'CONNECT', '$disconnect', '', '1790295783'));
const oddEvent = fc.oneof(
  odd,
  fc.record(
    { connectionId: odd, domain: odd, stage: odd, params: odd, eventType: odd, apiId: odd, connectedAt: odd },
    { requiredKeys: [] },
  ),
  fc.record({
    requestContext: fc.oneof(odd, fc.record({ connectionId: odd, eventType: odd }, { requiredKeys: [] })),
  }),
);
const oddText = fc.oneof(
  fc.string(),
  oddEvent.map((value) => {
    try {
      return JSON.stringify(value) ?? '';
    } catch {
      return '{"connectionId":';
    }
  }),
);
const headers = fc.dictionary(
  fc.constantFrom('connectionid', 'apiid', 'stage', 'eventtype', 'connectedat', 'domainname'),
  fc.oneof(fc.string(), fc.constantFrom(...IDS, 'CONNECT')),
);

test('whatever comes is an event of that path or a refusal with a sentence', () => {
  let events = 0;
  const path: fc.Arbitrary<EventPath> = fc.constantFrom(INSIDE, CONNECT);
  const isDecided = ({ type }: EventPath, decided: ConnectionEvent | Unreadable) => {
    if ('reason' in decided) return expect(decided.reason).toMatch(/^(The|Neither) .*\.$/);
    events += 1;
    expect(decided.type).toBe(type ?? decided.type);
    expect(decided.connectionId).toMatch(/^[^\s/?#%,]{1,128}$/);
  };
  fc.assert(
    fc.property(path, oddText, headers, (at, text, given) => {
      isDecided(at, toBodyEvent(at, text));
      isDecided(at, toHeaderEvent(at, given));
    }),
    { numRuns: 2_000 },
  );
  expect(events).toBeGreaterThan(50);
});
