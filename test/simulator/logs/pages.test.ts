import { expect, test } from 'vitest';
import { simulate } from '../simulation.ts';
import { askJson } from '../wire.ts';
import { filterAll, filterPage, messagesOf } from './rows.ts';

const GROUP = '/ws/access';
const ALL = { logGroupName: GROUP };

async function simulateGroup(options: Parameters<typeof simulate>[0] = {}) {
  const simulation = await simulate({ logs: { filtersPerSecond: Number.POSITIVE_INFINITY }, ...options });
  const { logs } = simulation.websockets;
  logs.addGroup({ name: GROUP });
  const put = (message: string, timestamp = logs.now(), ingestionTime = timestamp) =>
    logs.put(GROUP, { message, timestamp, ingestionTime });
  return { ...simulation, logs, put, t0: logs.now() };
}

test('an event looks as at AWS, and its id holds its time', async () => {
  const { url, put, t0 } = await simulateGroup();
  put('{"eventType":"CONNECT"}', t0 - 30_000, t0 - 9_890);
  const reply = await askJson({ url }, 'FilterLogEvents', ALL);
  expect([reply.status, reply.contentType]).toEqual([200, 'application/x-amz-json-1.1']);
  expect(reply.headers.get('x-amzn-requestid')).toMatch(/^[0-9a-f-]{36}$/);
  expect(reply.json).toEqual({
    events: [
      {
        logStreamName: expect.stringMatching(/^[0-9a-f]{32}$/),
        timestamp: t0 - 30_000,
        message: '{"eventType":"CONNECT"}',
        ingestionTime: t0 - 9_890,
        eventId: expect.stringMatching(/^\d{56}$/),
      },
    ],
    searchedLogStreams: [],
    nextToken: expect.stringMatching(/^[\w-]{24}$/),
  });
  const [event] = (await filterPage({ url }, ALL)).events;
  expect(Number(BigInt(event?.eventId ?? 0) >> 144n)).toBe(t0 - 30_000);
});

test('17 events take two calls, of which the second has neither events nor a token', async () => {
  const { url, put } = await simulateGroup();
  for (let n = 0; n < 17; n++) put(`row ${n}`);
  const pages = await filterAll({ url }, ALL);
  expect(pages.map(({ events, nextToken }) => [events.length, nextToken !== undefined])).toEqual([
    [17, true],
    [0, false],
  ]);
});

test('an event can be seen from the moment it is ingested, in the place of its own time', async () => {
  const { url, put, t0, advance } = await simulateGroup();
  put('early', t0, t0 + 40_000);
  put('later', t0 + 1_000, t0 + 21_000);
  const seen = async () => messagesOf(await filterAll({ url }, ALL));
  expect(await seen()).toEqual([]);
  advance(21_000);
  expect(await seen()).toEqual(['later']);
  advance(19_000);
  expect(await seen()).toEqual(['early', 'later']);
});

test('the range is by event time, and both of its ends belong to it', async () => {
  const { url, put, t0 } = await simulateGroup();
  for (const ms of [0, 1, 2, 3]) put(String(ms), t0 - 10 + ms, t0);
  const range = { ...ALL, startTime: t0 - 9, endTime: t0 - 8 };
  expect(messagesOf(await filterAll({ url }, range))).toEqual(['1', '2']);
});

test('events lie in several streams, and can be asked for by stream', async () => {
  const { url, put } = await simulateGroup();
  for (let n = 0; n < 40; n++) put(`row ${n}`);
  const { events } = await filterPage({ url }, ALL);
  const streams = [...new Set(events.map(({ logStreamName }) => logStreamName))];
  expect(streams).toHaveLength(4);
  const [one = ''] = streams;
  const ofOne = events.filter(({ logStreamName }) => logStreamName === one).map(({ message }) => message);
  expect(messagesOf(await filterAll({ url }, { ...ALL, logStreamNames: [one] }))).toEqual(ofOne);
  expect(messagesOf(await filterAll({ url }, { ...ALL, logStreamNamePrefix: one.slice(0, 9) }))).toEqual(
    ofOne,
  );
});

test('a page ends at its limit, and at 1 MB', async () => {
  const { url, put } = await simulateGroup();
  for (let n = 0; n < 5; n++) put(String(n).repeat(400_000));
  const sizes = (pages: Awaited<ReturnType<typeof filterAll>>) => pages.map(({ events }) => events.length);
  expect(sizes(await filterAll({ url }, { ...ALL, limit: 1 }))).toEqual([1, 1, 1, 1, 1, 0]);
  expect(sizes(await filterAll({ url }, ALL))).toEqual([2, 2, 1, 0]);
  put('x'.repeat(3_000_000));
  expect(sizes(await filterAll({ url }, ALL))).toEqual([2, 2, 1, 1, 0]);
});

test('pages may hold nothing and still go on', async () => {
  const { url, put } = await simulateGroup({
    logs: { scannedPerPage: 2, filtersPerSecond: Number.POSITIVE_INFINITY },
  });
  for (const kind of ['a', 'b', 'b', 'b', 'b', 'a', 'a']) put(kind);
  const pages = await filterAll({ url }, { ...ALL, filterPattern: 'a' });
  expect(pages.map(({ events }) => events.length)).toEqual([1, 0, 1, 1, 0]);
});

test('newest first, if asked', async () => {
  const { url, put, t0 } = await simulateGroup();
  for (let n = 0; n < 5; n++) put(String(n), t0 - 10 + n, t0);
  const newest = { ...ALL, startFromHead: false, limit: 2, startTime: t0 - 9 };
  expect(messagesOf(await filterAll({ url }, newest))).toEqual(['4', '3', '2', '1']);
});

test('a token is good for the same parameters alone, and for 24 hours', async () => {
  const { url, put, advance } = await simulateGroup({ accounts: { AKIAOTHER: '444455556666' } });
  put('row');
  const { nextToken } = await filterPage({ url }, { ...ALL, limit: 1 });
  const refused = async (input: object, asker = {}) => {
    const { status, json } = await askJson({ url, ...asker }, 'FilterLogEvents', { nextToken, ...input });
    return [status, json];
  };
  const words = [
    400,
    { __type: 'InvalidParameterException', message: 'The specified nextToken is invalid.' },
  ];
  expect(await refused(ALL)).toEqual(words);
  expect(await refused({ ...ALL, limit: 1, startTime: 1 })).toEqual(words);
  expect(await refused({ ...ALL, limit: 1, nextToken: 'made-up' })).toEqual(words);
  expect((await filterPage({ url }, { limit: 1, ...ALL, nextToken })).events).toEqual([]);
  advance(24 * 60 * 60 * 1000 - 1);
  expect((await filterPage({ url }, { ...ALL, limit: 1, nextToken })).events).toEqual([]);
  advance(1);
  expect(await refused({ ...ALL, limit: 1 })).toEqual(words);
});

test('what is older than its group keeps it is gone', async () => {
  const { url, logs, advance, t0 } = await simulateGroup();
  logs.addGroup({ name: 'short', retentionInDays: 1 });
  logs.put('short', { message: 'old', timestamp: t0 });
  logs.put('short', { message: 'young', timestamp: t0 + 1 });
  advance(24 * 60 * 60 * 1000 + 1);
  expect(messagesOf(await filterAll({ url }, { logGroupName: 'short' }))).toEqual(['young']);
});
