import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Calls } from '../../../src/aws/calls.ts';
import { createAws } from '../../../src/aws/clients.ts';
import { createDynamoDbReader } from '../../../src/collectors/websocket/ids/dynamodb-reader.ts';
import type { IdReader, Progress } from '../../../src/collectors/websocket/ids/id-reader.ts';
import type { TableConfig } from '../../../src/collectors/websocket/ids/scan-reading.ts';
import {
  createScan,
  type ScanPage,
  type ScanRequest,
} from '../../../src/collectors/websocket/ids/source-dynamodb.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { stubCredentials } from '../../support/configuration.ts';
import { type Item, startDynamoDb, type TestDynamoDb } from '../../support/dynalite.ts';
import { createHandClock, type HandClock } from '../../support/hand-clock.ts';
import { createLogBook } from '../../support/log-book.ts';

const TARGET = { name: 'home', region: 'eu-west-1', accountId: '111122223333' };
const START = Date.UTC(2026, 0, 1, 12);
const ROWS = 5_000;
const NEVER = new AbortController().signal;

const id = (index: number) => `L0SM9c${String(index).padStart(6, '0')}Iw=`;
const idOf = (index: number): Item => ({ connectionId: { S: id(index) } });
/** Every fifth row has expired an hour ago and is still there. */
const isExpired = (index: number) => index % 5 === 0;
const seconds = (at: number) => ({ N: String(at / 1000) });

let dynamoDb: TestDynamoDb;

beforeAll(async () => {
  dynamoDb = await startDynamoDb();
  const rows = Array.from({ length: ROWS }, (_, index) => ({
    ...idOf(index),
    connectedAt: { S: new Date(START - 60_000).toISOString() },
    ttl: seconds(START + (isExpired(index) ? -3_600_000 : 3_600_000)),
  }));
  await dynamoDb.fill('connections', 'connectionId', rows);
});
afterAll(() => dynamoDb.close());

type Scan = (request: ScanRequest, signal: AbortSignal) => Promise<ScanPage>;

/** The scan that asks dynalite through the real SDK, one attempt a call. */
function realScan(): Scan {
  stubCredentials();
  const deps = {
    clock: systemClock,
    calls: new Calls(systemClock),
    logger: createLogBook(),
    requestsPerSecond: {},
  };
  const aws = createAws(
    {
      endpointUrl: dynamoDb.url,
      connectTimeoutMs: 5_000,
      requestTimeoutMs: 10_000,
      maxAttempts: 1,
    },
    deps,
  );
  onTestFinished(() => aws.close());
  const scan = createScan(aws);
  return (request, signal) => scan(TARGET, request, signal);
}

interface Page extends ScanRequest {
  readonly at: number;
  readonly rows: number;
  readonly units: number;
}

interface Desk {
  readonly clock: HandClock;
  readonly listing: IdReader;
  /** Pages that came, in order; `at` is when they were asked for. */
  readonly pages: Page[];
  readonly rejected: [field: string, text: string | undefined][];
  /** Reads for one turn; time passes only while no page is being asked for. */
  turn(signal?: AbortSignal): Promise<Progress>;
}

function createDesk(scan: Scan, changes: Partial<TableConfig> = {}): Desk {
  const clock = createHandClock(START);
  const pages: Page[] = [];
  const rejected: Desk['rejected'] = [];
  let underWay = 0;
  const listing = createDynamoDbReader({
    config: {
      table: 'connections',
      key: 'connectionId',
      prefix: null,
      connected_at: 'connectedAt',
      expires_at: 'ttl',
      refresh: 300_000,
      read_capacity_per_second: 5,
      segments: 1,
      ...changes,
    },
    clock,
    reject: (field, text) => rejected.push([field, text]),
    async scan(request, signal) {
      const at = clock.monotonic();
      underWay += 1;
      try {
        const page = await scan(request, signal);
        pages.push({ ...request, at, rows: page.rows.length, units: page.capacityUnits });
        return page;
      } finally {
        underWay -= 1;
      }
    },
  });
  const turn = async (signal = NEVER) => {
    let isOver = false;
    const progress = listing.read(signal).finally(() => {
      isOver = true;
    });
    progress.catch(() => undefined);
    while (!isOver)
      await (underWay > 0 ? new Promise((resolve) => setImmediate(resolve)) : clock.advance(20));
    return progress;
  };
  return { clock, listing, pages, rejected, turn };
}

/** A scan of rows that are made up, one page per entry; keys are the number of the next page. */
function scripted(
  ...script: readonly ((request: ScanRequest, signal: AbortSignal) => Partial<ScanPage>)[]
): Scan {
  let calls = 0;
  return async (request, signal) => {
    const answer = script[Math.min(calls, script.length - 1)];
    calls += 1;
    return { rows: [], nextKey: undefined, capacityUnits: 0.5, ...answer?.(request, signal) };
  };
}

const row = (connectionId: ScanPage['rows'][number][string], more: ScanPage['rows'][number] = {}) => ({
  connectionId,
  ...more,
});

function idsOf(progress: Progress): ReadonlyMap<string, number | undefined> {
  if (progress.state !== 'complete') throw new Error(`the listing is ${progress.state}`);
  return new Map(progress.ids);
}

const living = Array.from({ length: ROWS }, (_, index) => index)
  .filter((index) => !isExpired(index))
  .map(id);

test.each([1, 4])('every id of 5,000 rows that has not expired, %i segments', async (segments) => {
  const { turn, pages, rejected } = createDesk(realScan(), { segments });
  const progress = await turn();
  const ids = idsOf(progress);
  expect([...ids.keys()].sort()).toEqual(living);
  expect(new Set(ids.values())).toEqual(new Set([START - 60_000]));
  expect(progress).toMatchObject({ beganAt: START });
  expect(pages.length).toBeGreaterThan(5);
  expect(new Set(pages.map(({ segment }) => segment)).size).toBe(segments);
  expect(pages[0]?.attributes).toEqual(['connectionId', 'connectedAt', 'ttl']);
  expect(rejected).toEqual([]);
});

test.each([
  [1, 5],
  [4, 5],
  [1, 20],
  [4, 0.7],
])('%i segments never take more than %d units a second and one page', async (segments, perSecond) => {
  const { turn, pages } = createDesk(realScan(), { segments, read_capacity_per_second: perSecond });
  await turn();
  const largest = Math.max(...pages.map(({ units }) => units));
  let spent = 0;
  for (const { at, units } of pages) {
    spent += units;
    expect(spent).toBeLessThanOrEqual((at / 1000) * perSecond + largest + 1e-9);
  }
  // Nor much less, when one segment is read at a time: what is configured is used.
  const lastAt = pages.at(-1)?.at ?? 0;
  if (segments === 1) expect(spent).toBeGreaterThan((lastAt / 1000) * perSecond * 0.8);
});

test('a turn that ends resolves at once, and the next goes on where it came', async () => {
  const desk = createDesk(realScan());
  const seen: number[] = [];
  let progress: Progress;
  let turns = 0;
  do {
    const end = new AbortController();
    desk.clock.after(3_000, () => end.abort(new Error('the turn is over')));
    progress = await desk.turn(end.signal);
    turns += 1;
    if (progress.state === 'under way') seen.push(progress.rows);
  } while (progress.state === 'under way');
  expect(turns).toBeGreaterThan(2);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(seen[0]).toBeGreaterThan(0);
  expect([...idsOf(progress).keys()].sort()).toEqual(living);
  expect(desk.pages.reduce((sum, { rows }) => sum + rows, 0)).toBe(ROWS);
  expect(progress).toMatchObject({ beganAt: START });
});

test('a page in flight when the turn ends is abandoned, and asked for again', async () => {
  const end = new AbortController();
  const hangs: Scan = (_, signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('AbortError')));
      end.abort();
    });
  const scans: Scan[] = [
    scripted(() => ({ rows: [row('a')], nextKey: { at: { S: '1' } } })),
    hangs,
    scripted(() => ({ rows: [row('b')] })),
  ];
  const asked: unknown[] = [];
  const desk = createDesk((request, signal) => {
    asked.push(request.startKey);
    return scans.shift()?.(request, signal) ?? Promise.reject(new Error('asked too often'));
  });
  expect(await desk.turn(end.signal)).toEqual({ state: 'under way', rows: 1 });
  expect([...idsOf(await desk.turn()).keys()]).toEqual(['a', 'b']);
  expect(asked).toEqual([undefined, { at: { S: '1' } }, { at: { S: '1' } }]);
});

test('a turn that is over before it begins asks for nothing', async () => {
  const { turn, pages } = createDesk(scripted(() => ({})));
  expect(await turn(AbortSignal.abort())).toEqual({ state: 'under way', rows: 0 });
  expect(pages).toEqual([]);
});

test('a complete listing is not due before `refresh` has passed since it began', async () => {
  const { turn, clock, pages } = createDesk(scripted(() => ({ rows: [row('a')] })));
  expect((await turn()).state).toBe('complete');
  await clock.advance(299_000 - clock.monotonic());
  expect(await turn()).toEqual({ state: 'unchanged', isCurrent: false });
  await clock.advance(300_000 - clock.monotonic());
  expect(await turn()).toMatchObject({ state: 'complete', beganAt: START + 300_000 });
  expect(pages).toHaveLength(2);
});

test('the time that a listing takes is part of `refresh`', async () => {
  const next = { nextKey: { at: { S: '1' } } };
  const { turn, clock } = createDesk(
    scripted(
      () => ({ ...next, capacityUnits: 1_000 }),
      () => ({}),
    ),
  );
  expect((await turn()).state).toBe('complete');
  expect(clock.monotonic()).toBeGreaterThanOrEqual(200_000);
  await clock.advance(300_000 - clock.monotonic());
  expect((await turn()).state).toBe('complete');
});

test('a throttled table rejects with the error of the SDK, and the next turn goes on', async () => {
  let calls = 0;
  const scan = realScan();
  const desk = createDesk((request, signal) => {
    calls += 1;
    if (calls === 4) dynamoDb.throttle(1);
    return scan(request, signal);
  });
  await expect(desk.turn()).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
  expect(desk.pages).toHaveLength(3);
  const ids = idsOf(await desk.turn());
  expect([...ids.keys()].sort()).toEqual(living);
  expect(desk.pages.reduce((sum, { rows }) => sum + rows, 0)).toBe(ROWS);
});

test('when one segment fails the others are stopped before the turn rejects', async () => {
  let stopped = 0;
  const desk = createDesk(
    (request, signal) =>
      new Promise((_, reject) => {
        if (request.segment === 2) return reject(new Error('denied'));
        signal.addEventListener('abort', () => {
          stopped += 1;
          reject(new Error('AbortError'));
        });
      }),
    { segments: 3, read_capacity_per_second: 1e6 },
  );
  // Pages of other segments are in flight, so that time must pass by itself.
  const progress = desk.listing.read(NEVER);
  progress.catch(() => undefined);
  for (let step = 0; step < 20; step += 1) await desk.clock.advance(1);
  await expect(progress).rejects.toThrow('denied');
  expect(stopped).toBe(2);
});

test('a table that is missing rejects with the error of the SDK', async () => {
  const { turn } = createDesk(realScan(), { table: 'nowhere' });
  await expect(turn()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
});

test('a table that lacks the key is named, and asked again', async () => {
  await dynamoDb.fill('sessions', 'sessionId', [{ sessionId: { S: 'a' } }, { sessionId: { S: 'b' } }]);
  const { turn, rejected } = createDesk(realScan(), { table: 'sessions' });
  const sentence = /^the table sessions lacks the key connectionId: none of its 2 rows/;
  await expect(turn()).rejects.toThrow(sentence);
  await expect(turn()).rejects.toThrow(sentence);
  expect(rejected).toEqual(Array(4).fill(['connection_id', undefined]));
});

/** A single table: a room, its members' connections under a composite key, and what was never a connection. */
const ROOM: readonly Item[] = [
  { pk: { S: 'r1' }, sk: { S: 'ROOM#lobby' } },
  { pk: { S: 'r2' }, sk: { S: 'CONNECTION#a=' }, at: seconds(START - 60_000) },
  { pk: { S: 'r3' }, sk: { S: 'CONNECTION#b=' } },
  { pk: { S: 'r4' }, sk: { S: 'CONNECTION#a=' }, at: seconds(START - 90_000) },
  { pk: { S: 'r5' }, sk: { S: 'connection#c=' } },
  { pk: { S: 'r6' } },
];

test('with a prefix the rows that have it are connections, once each, and the others are none of ours', async () => {
  await dynamoDb.fill('single', 'pk', [...ROOM, { pk: { S: 'r7' }, sk: { S: 'CONNECTION#' } }]);
  const changes = { table: 'single', key: 'sk', connected_at: 'at' };
  const { turn, rejected } = createDesk(realScan(), { ...changes, prefix: 'CONNECTION#' });
  expect(Object.fromEntries(idsOf(await turn()))).toStrictEqual({ 'a=': START - 90_000, 'b=': undefined });
  expect(rejected).toEqual([['connection_id', undefined]]);
  // Nobody is connected, which is something else than a table that was taken for another.
  const others = createDesk(realScan(), { ...changes, prefix: 'SESSION#' });
  expect(idsOf(await others.turn()).size).toBe(0);
  expect(others.rejected).toEqual([]);
});

test.each([
  [null, /has text in the key sk, but in none of 5 rows is it a connection id: .* set prefix to it/],
  ['CONNECTION', /has text after CONNECTION in the key sk, but in none of 3 rows .*: set prefix to all that/],
])(
  'a table whose key holds more than the id is told with the remedy (prefix: %s)',
  async (prefix, sentence) => {
    const rows = ROOM.map(({ sk }) => ({ sk: sk?.S }));
    const { turn } = createDesk(
      scripted(() => ({ rows })),
      { key: 'sk', prefix },
    );
    await expect(turn()).rejects.toThrow(sentence);
  },
);

test('a table without rows is complete without ids', async () => {
  await dynamoDb.fill('empty', 'connectionId', []);
  const { turn } = createDesk(realScan(), { table: 'empty' });
  expect(idsOf(await turn()).size).toBe(0);
});

test('attributes of every type, reserved words and dots as names', async () => {
  const at = START - 90_000;
  await dynamoDb.fill('odd', 'pk', [
    { pk: { S: '1' }, 'the.id': { S: 'seconds=' }, date: seconds(at), ttl: { N: String(START + 1000) } },
    { pk: { S: '2' }, 'the.id': { S: 'text=' }, date: { S: String(at) }, ttl: { S: '2026-01-01T12:00:01Z' } },
    { pk: { S: '3' }, 'the.id': { S: 'bare=' } },
    { pk: { S: '4' }, 'the.id': { S: 'unreadable=' }, date: { S: 'noon' }, ttl: { BOOL: true } },
    { pk: { S: '5' }, 'the.id': { S: 'oddttl=' }, ttl: { S: 'never' } },
    { pk: { S: '6' }, 'the.id': { S: 'expired=' }, date: { S: 'noon' }, ttl: { N: String(START - 1) } },
    { pk: { S: '7' }, 'the.id': { B: Uint8Array.of(1) } },
    { pk: { S: '8' } },
  ]);
  const changes = { table: 'odd', key: 'the.id', connected_at: 'date' };
  const { turn, rejected } = createDesk(realScan(), changes);
  expect(Object.fromEntries(idsOf(await turn()))).toStrictEqual({
    'seconds=': at,
    'text=': at,
    'bare=': undefined,
    'unreadable=': undefined,
    'oddttl=': undefined,
  });
  expect(rejected.sort()).toEqual([
    ['connected_at', 'noon'],
    ['connection_id', undefined],
    ['connection_id', undefined],
    ['expires_at', 'never'],
  ]);
});

test('an id in several rows counts once, with the earliest of its times, unless all of them have expired', async () => {
  const [ttl, connectedAt] = [START - 1, START - 60_000];
  const { turn } = createDesk(
    scripted(() => ({
      rows: [
        row('a', { connectedAt }),
        row('a'),
        row('a', { connectedAt: connectedAt - 1 }),
        row('a', { connectedAt: connectedAt + 1 }),
        row('b', { ttl }),
        row('b', { ttl: START + 1 }),
        row('c', { ttl }),
        row(''),
      ],
    })),
  );
  expect([...idsOf(await turn())]).toEqual([
    ['a', connectedAt - 1],
    ['b', undefined],
  ]);
});

test('only the attributes that are configured are asked for', async () => {
  const { turn, pages } = createDesk(realScan(), { connected_at: null, expires_at: null });
  expect(idsOf(await turn()).size).toBe(ROWS);
  expect(pages[0]?.attributes).toEqual(['connectionId']);
});

test('start keys that go round are an error, and the next turn starts over', async () => {
  let page = 0;
  const goesRound = scripted(() => {
    page += 1;
    return { nextKey: { at: { N: String(page % 7) } } };
  });
  const { turn, pages } = createDesk(goesRound);
  await expect(turn()).rejects.toThrow(/led back to an earlier one/);
  const before = pages.length;
  expect(before).toBeLessThan(20);
  await expect(turn()).rejects.toThrow(/led back/);
  expect(pages[before]?.startKey).toBeUndefined();
});

test('a start key that is refused starts over', async () => {
  const refused = Object.assign(new Error('The provided starting key is invalid'), {
    name: 'ValidationException',
  });
  const { turn, pages } = createDesk(
    scripted(
      () => ({ rows: [row('a')], nextKey: { at: { S: '1' } } }),
      () => {
        throw refused;
      },
      () => ({ rows: [row('b')] }),
    ),
  );
  await expect(turn()).rejects.toBe(refused);
  expect([...idsOf(await turn()).keys()]).toEqual(['b']);
  expect(pages.at(-1)?.startKey).toBeUndefined();
});

test('a listing under way may last longer than any connection, as long as pages come', async () => {
  let pages = 0;
  const { turn, clock } = createDesk(async () => {
    pages += 1;
    if (pages % 2 === 0) throw new Error('down');
    return {
      rows: [row(`id${pages}`)],
      nextKey: pages < 7 ? { at: { S: `${pages}` } } : undefined,
      capacityUnits: 1,
    };
  });
  for (let failures = 0; failures < 3; failures += 1) {
    await expect(turn()).rejects.toThrow('down');
    await clock.advance(3_600_000);
  }
  expect([...idsOf(await turn()).keys()]).toEqual(['id1', 'id3', 'id5', 'id7']);
});

test('what was read before a pause longer than any connection lives is read again', async () => {
  const end = new AbortController();
  const { turn, clock } = createDesk(
    scripted(
      () => {
        end.abort();
        return { rows: [row('a')], nextKey: { at: { S: '1' } } };
      },
      () => ({ rows: [row('b')] }),
    ),
  );
  expect(await turn(end.signal)).toEqual({ state: 'under way', rows: 1 });
  await clock.advance(2 * 3_600_000 + 1);
  const resumedAt = clock.now();
  const progress = await turn();
  expect([...idsOf(progress).keys()]).toEqual(['b']);
  expect(progress).toMatchObject({ beganAt: resumedAt });
});

/** A table of so many rows of one size, charged as DynamoDB charges: half a unit for every 4 KB of a page, 1 MB a page. */
function tableOf(rows: number, bytes: number): Scan {
  const perPage = Math.floor(2 ** 20 / bytes);
  return async ({ limit, startKey }) => {
    const from = Number(startKey?.at?.N ?? 0);
    const to = Math.min(rows, from + Math.min(limit, perPage));
    return {
      rows: Array.from({ length: to - from }, (_, index) => row(String(from + index))),
      nextKey: to < rows ? { at: { N: String(to) } } : undefined,
      capacityUnits: Math.max(1, Math.ceil(((to - from) * bytes) / 4096)) / 2,
    };
  };
}

test.each([
  ['a million small rows', 1_000_000, 60, 500],
  ['items of 400 KB', 300, 400 * 1024, 100],
  ['items of 400 KB, a small table', 30, 400 * 1024, 1],
  ['rows of a kilobyte', 20_000, 1024, 5],
])('pages take about a second’s capacity: %s', async (_, rows, bytes, perSecond) => {
  const { turn, pages } = createDesk(tableOf(rows, bytes), { read_capacity_per_second: perSecond });
  expect(idsOf(await turn()).size).toBe(rows);
  // An item cannot be halved, and the first page knows nothing yet.
  const largest = Math.max(perSecond, bytes / 8192) + 0.5;
  expect(Math.max(...pages.slice(1).map(({ units }) => units))).toBeLessThanOrEqual(largest);
  expect(pages[0]?.units).toBeLessThanOrEqual(128);
  // What is decoded in one go keeps all else waiting.
  expect(Math.max(...pages.map((page) => page.rows))).toBeLessThanOrEqual(2_500);
  const fewest = Math.max((rows * bytes) / 8192 / Math.min(perSecond, 50), rows / 2_500);
  expect(pages.length).toBeLessThan(30 + fewest);
});

test('a table that does not say what a page took is read no faster than half a unit a page allows', async () => {
  const scan = tableOf(20_000, 60);
  const silent: Scan = async (request, signal) => ({ ...(await scan(request, signal)), capacityUnits: 0 });
  const { turn, pages } = createDesk(silent, { read_capacity_per_second: 1 });
  await turn();
  for (const [index, { at, limit }] of pages.entries()) {
    expect(at).toBeGreaterThanOrEqual(index * 500);
    expect(limit).toBeLessThanOrEqual(2_500);
  }
});
