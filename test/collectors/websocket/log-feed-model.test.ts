import { cpSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LogFeed } from '../../../src/collectors/websocket/feeds/log-feed.ts';
import { LogPosition } from '../../../src/collectors/websocket/feeds/log-position.ts';
import type { LogRequest, LogRow } from '../../../src/collectors/websocket/feeds/source-logs.ts';
import { Registries } from '../../../src/collectors/websocket/registry/registries.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { toRow, USUAL_KEYS } from '../../../src/event-forms/access-log-row.ts';
import { openStorage } from '../../../src/storage/open.ts';
import { createHandClock } from '../../support/hand-clock.ts';
import { createLogBook } from '../../support/log-book.ts';
import { candidatesOf } from '../../support/registry-disk.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const OVERLAP = 3 * MINUTE;
const KEY = { endpointId: 'api/prod', source: 'access_log', detail: 'group' } as const;
const NEVER = new AbortController().signal;

interface Logged extends LogRow {
  readonly readableAt: number;
}

/** A log whose rows can be read some time after they happened, by their own time, and a page of two at a time. */
class Log {
  readonly rows: Logged[] = [];
  #failAfter = Number.POSITIVE_INFINITY;
  readonly #now: () => number;
  #asked = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  write(type: string, id: string, lateMs: number, status = '200', copies = 1): void {
    const loggedAt = this.#now();
    const text = JSON.stringify({ eventType: type, connectionId: id, status });
    for (let copy = 0; copy < copies; copy++)
      this.rows.push({ id: `row${this.rows.length}`, loggedAt, readableAt: loggedAt + lateMs, text });
  }

  failAfter(pages: number): void {
    this.#failAfter = this.#asked + pages;
  }

  async page({ from, token }: LogRequest) {
    if (this.#asked++ >= this.#failAfter) {
      this.#failAfter = Number.POSITIVE_INFINITY;
      throw Object.assign(new Error('slow down'), { name: 'ThrottlingException' });
    }
    const readable = this.rows
      .filter(({ readableAt, loggedAt }) => readableAt <= this.#now() && loggedAt >= from)
      .sort((a, b) => a.loggedAt - b.loggedAt);
    const begin = Number(token ?? 0);
    const rows = readable.slice(begin, begin + 2);
    return { rows, next: rows.length > 0 ? String(begin + rows.length) : undefined };
  }
}

/** A process that reads the log, with its state in a folder. */
async function startProcess(folder: string, log: Log, clock: ReturnType<typeof createHandClock>) {
  const { lines: _, ...logger } = createLogBook();
  const storage = await openStorage(folder, { clock: systemClock, logger });
  const registries = new Registries({ storage, clock, logger });
  const opened = await registries.open(KEY);
  const { registry } = opened;
  const feed = new LogFeed({
    group: 'group',
    settings: () => ({
      pollMs: 15 * SECOND,
      overlapMs: OVERLAP,
      read: ({ text, loggedAt }) => toRow(text, USUAL_KEYS, loggedAt),
    }),
    clock,
    position: new LogPosition({ storage, logger }, 'group'),
    readPage: (request) => log.page(request),
    open: async () => [opened],
    tell: (event, at) => registry.take(event, at, registries.makeRoom, clock.now()),
    save: async () => {
      await registries.flush();
      return !registries.isRefused;
    },
    endpointOf: () => undefined,
    onEvent: () => {},
  });
  return { registry, feed, flush: () => registries.flush(), close: () => storage.close() };
}

const move = fc.record({
  what: fc.constantFrom(
    'connect',
    'connect',
    'refuse',
    'disconnect',
    'disconnect',
    'turn',
    'turn',
    'fail',
    'gone',
    'age',
    'flush',
    'restart',
    'crash',
  ),
  waitMs: fc.constantFrom(0, SECOND, 20 * SECOND, MINUTE, 4 * MINUTE, 25 * MINUTE),
  lateMs: fc.constantFrom(0, 20 * SECOND, 45 * SECOND, OVERLAP),
  isDoubled: fc.boolean(),
  pick: fc.nat(100),
  pages: fc.nat(4),
});

test('whatever is late, doubled, out of order, refused or interrupted, what was opened and closed is the truth', async () => {
  let [opened, closed] = [0, 0];
  const follow = async (moves: readonly (typeof move extends fc.Arbitrary<infer M> ? M : never)[]) => {
    const clock = createHandClock();
    const log = new Log(() => clock.now());
    let folder = temporaryFolder();
    let process = await startProcess(folder, log, clock);
    /** Who is connected, since when; and all that the last whole reading could read, by kind. */
    const living = new Map<string, number>();
    let wholeAt: number | undefined;
    let opening: ReadonlySet<string> | undefined;
    let told: ReadonlySet<string> = new Set();
    let ids = 0;
    const end = (id: string, lateMs: number, copies: number) => {
      living.delete(id);
      log.write('DISCONNECT', id, lateMs, '500', copies);
    };
    let isBrokenOff = false;
    const turn = async () => {
      // One that goes on where it broke off need not see what came meanwhile before that.
      if (isBrokenOff) await process.feed.turn(NEVER);
      isBrokenOff = false;
      await process.feed.turn(NEVER);
      wholeAt = clock.now();
      told = new Set(
        log.rows
          .filter(({ readableAt }) => readableAt <= clock.now())
          .map(({ text }) => JSON.parse(text) as Record<string, string>)
          .filter(({ eventType, status }) => eventType === 'DISCONNECT' || status === '200')
          .map(({ eventType, connectionId }) => `${eventType} ${connectionId}`),
      );
      opening ??= told;
    };
    for (const { what, waitMs, lateMs, isDoubled, pick, pages } of moves) {
      // Outages are shorter than what is read back, and no connection outlives two hours.
      if (wholeAt !== undefined && clock.now() + waitMs - wholeAt > 100 * MINUTE) await turn();
      await clock.advance(waitMs);
      for (const [id, since] of living) if (clock.now() - since > 60 * MINUTE) end(id, 0, 1);
      const copies = isDoubled ? 2 : 1;
      const someone = [...living.keys()][pick % Math.max(living.size, 1)];
      if (what === 'connect') {
        const id = `id${ids++}=`;
        living.set(id, clock.now());
        log.write('CONNECT', id, lateMs, '200', copies);
      } else if (what === 'refuse') log.write('CONNECT', `id${ids++}=`, lateMs, '403', copies);
      else if (what === 'disconnect' && someone) end(someone, lateMs, copies);
      else if (what === 'turn') await turn();
      else if (what === 'fail') {
        log.failAfter(pages);
        await process.feed.turn(NEVER).catch(() => {
          isBrokenOff = true;
        });
        log.failAfter(Number.POSITIVE_INFINITY);
        // It may have been whole, and its first: then that was its opening balance. A first that broke off goes on at once, for what came
        // meanwhile before the place where it broke off is none of that.
        if (!isBrokenOff || opening === undefined) await turn();
      } else if (what === 'gone') {
        // Look-ups find gone whoever is.
        const { ids: known } = candidatesOf(process.registry, clock.now());
        const gone = known.filter((id) => !living.has(id));
        process.registry.learn(
          gone.map((id) => [id, { status: 'gone' }] as const),
          clock.now(),
        );
      } else if (what === 'age') process.registry.age(clock.now());
      else if (what === 'flush') await process.flush();
      else if (what === 'restart') {
        await process.flush();
        await process.close();
        process = await startProcess(folder, log, clock);
      } else if (what === 'crash') {
        const copy = temporaryFolder();
        cpSync(folder, copy, { recursive: true, filter: (path) => !path.endsWith('/lock') });
        await process.close();
        folder = copy;
        process = await startProcess(folder, log, clock);
        // What was told since the last save is read again.
        if (wholeAt !== undefined) await turn();
      }
      if (wholeAt !== clock.now()) continue;
      const counts = (type: string) =>
        [...told].filter((row) => row.startsWith(type) && !opening?.has(row)).length;
      const truth = { opened: counts('CONNECT'), closed: counts('DISCONNECT'), missed: 0 };
      expect(process.registry.counters()).toEqual(truth);
      const { ids: known } = candidatesOf(process.registry, clock.now());
      for (const id of known) expect(told.has(`CONNECT ${id}`) && !told.has(`DISCONNECT ${id}`)).toBe(true);
      opened = Math.max(opened, truth.opened);
      closed = Math.max(closed, truth.closed);
    }
    await process.close();
  };
  await fc.assert(fc.asyncProperty(fc.array(move, { maxLength: 40, size: 'max' }), follow), { numRuns: 25 });
  // The histories are such that there is something to count.
  expect([opened > 2, closed > 2]).toEqual([true, true]);
}, 120_000);
