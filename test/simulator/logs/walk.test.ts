import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFilterLogEvents } from '../../../src/simulator/logs/filter-log-events.ts';
import { createLogsWorld } from '../../../src/simulator/logs/world.ts';
import type { Json } from '../../../src/simulator/wire/service.ts';
import type { FilterPage } from './rows.ts';

const row = fc.record({
  at: fc.nat(50),
  delay: fc.nat(30),
  isConnect: fc.boolean(),
});

const question = fc.record({
  rows: fc.array(row, { maxLength: 60 }),
  arriving: fc.array(row, { maxLength: 20 }),
  startTime: fc.nat(60),
  length: fc.nat(60),
  limit: fc.integer({ min: 1, max: 7 }),
  scannedPerPage: fc.integer({ min: 1, max: 9 }),
  isForward: fc.boolean(),
});

/** Walks every page at moment 40; what arrives meanwhile is put in, a row before each page but the first. */
function walk({
  rows,
  arriving,
  startTime,
  length,
  limit,
  scannedPerPage,
  isForward,
}: Made<typeof question>) {
  const world = createLogsWorld({ now: () => 40 });
  world.addGroup({ name: 'g' });
  const put = ({ at, delay, isConnect }: Made<typeof row>, id: string) =>
    world.put('g', {
      timestamp: at,
      ingestionTime: at + delay,
      message: `${isConnect ? 'CONNECT' : 'other'} ${id}`,
    });
  for (const [n, one] of rows.entries()) put(one, `row ${n}`);
  const ask = createFilterLogEvents(world, { scannedPerPage });
  const bound = {
    logGroupName: 'g',
    startTime,
    endTime: startTime + length,
    limit,
    filterPattern: 'CONNECT',
    startFromHead: isForward,
  };
  const pages: FilterPage[] = [];
  let nextToken: string | undefined;
  do {
    const arrived = pages.length > 0 ? arriving[pages.length - 1] : undefined;
    if (arrived) put(arrived, `arriving ${pages.length}`);
    const page = JSON.parse(ask(toCall({ ...bound, ...(nextToken && { nextToken }) })).body) as FilterPage;
    pages.push(page);
    nextToken = page.nextToken;
  } while (nextToken);
  return pages;
}

type Made<T> = T extends fc.Arbitrary<infer U> ? U : never;

function toCall(json: Json) {
  return {
    action: 'FilterLogEvents',
    params: {},
    json,
    region: 'eu-west-1',
    accountId: '111122223333',
    arn: '',
    userId: '',
  };
}

test('every walk shows each matching event that was there once, in order, and none twice', () => {
  fc.assert(
    fc.property(question, (asked) => {
      const { rows, startTime, length, isForward, limit } = asked;
      const pages = walk(asked);
      const events = pages.flatMap((page) => page.events);
      const expected = rows
        .map(({ at, delay, isConnect }, n) => ({ at, seenAt: at + delay, isConnect, n }))
        .filter(
          ({ at, seenAt, isConnect }) =>
            isConnect && seenAt <= 40 && at >= startTime && at <= startTime + length,
        )
        .sort((a, b) => a.at - b.at || a.seenAt - b.seenAt || a.n - b.n)
        .map(({ n }) => `CONNECT row ${n}`);
      const shown = events.map(({ message }) => message);
      const ofThose = shown.filter((message) => message.startsWith('CONNECT row'));
      expect(ofThose).toEqual(isForward ? expected : expected.reverse());
      expect(new Set(shown).size).toBe(shown.length);
      const ids = events.map(({ eventId }) => BigInt(eventId));
      expect(ids).toEqual([...ids].sort((a, b) => (a < b === isForward ? -1 : 1)));
      expect(events.map(({ timestamp }) => timestamp)).toEqual(ids.map((id) => Number(id >> 144n)));
      expect(pages.every((page) => page.events.length <= limit)).toBe(true);
    }),
    { numRuns: 400 },
  );
});

test('when nothing arrives meanwhile, the last page is an empty one', () => {
  fc.assert(
    fc.property(question, (asked) => {
      const pages = walk({ ...asked, arriving: [] });
      expect(pages.at(-1)?.events).toEqual([]);
      expect(pages.slice(0, -1).every(({ nextToken }) => nextToken !== undefined)).toBe(true);
    }),
  );
});
