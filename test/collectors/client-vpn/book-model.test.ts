import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Book } from '../../../src/collectors/client-vpn/book.ts';
import { toConnections } from '../../../src/collectors/client-vpn/decode.ts';
import { ExportChoice } from '../../../src/collectors/client-vpn/exported.ts';
import { gather, type Listing, post } from '../../../src/collectors/client-vpn/listing.ts';
import type { Exact } from '../../../src/core/exact.ts';
import { pages, plain, restarted, SCOPE, statusOf } from '../../support/client-vpn.ts';
import { type RawConnection, rowsOf } from '../../support/connection-rows.ts';
import { counters, fallen, figuresOf } from '../../support/ledger-figures.ts';
import { histories, LONGEST_GAP_MS, type Step } from '../../support/ledger-histories.ts';
import { LedgerModel, type ModelRow, withoutDuplicates } from '../../support/ledger-model.ts';

const UNREADABLE = ['', '-', '-5', '1e3', '5.0', ' 7', '٣', undefined];

function timeText(at: number | undefined): string {
  return at === undefined ? '-' : new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

/** The row as AWS would send it; `odd` picks what stands where a reading cannot be read. */
function toRaw(
  { id, status, updatedAt, establishedAt, endedAt, readings }: ModelRow,
  odd: number,
): RawConnection {
  const [IngressBytes, EgressBytes, IngressPackets, EgressPackets] = readings.map((reading, counter) =>
    reading === undefined ? UNREADABLE[(odd + counter) % UNREADABLE.length] : String(reading),
  );
  return {
    ConnectionId: id,
    Username: id === 'cvpn-connection-c' ? 'alice' : id,
    Status: statusOf(status),
    Timestamp: timeText(updatedAt),
    ConnectionEstablishedTime: timeText(establishedAt),
    ConnectionEndTime: timeText(endedAt),
    ...(IngressBytes !== undefined && { IngressBytes }),
    ...(EgressBytes !== undefined && { EgressBytes }),
    ...(IngressPackets !== undefined && { IngressPackets }),
    ...(EgressPackets !== undefined && { EgressPackets }),
  };
}

async function list(book: Book, rows: readonly ModelRow[], at: number, maxUsers?: number): Promise<Listing> {
  const raws = rows.map((row, index) => toRaw(row, at + index));
  const decoded = [...toConnections(rowsOf(raws), { identity: plain, withNames: true, reject: () => {} })];
  const half = Math.ceil(decoded.length / 2);
  const listing = await gather(pages(decoded.slice(0, half), decoded.slice(half)));
  return post(listing, book, { at, longestGapMs: LONGEST_GAP_MS, maxUsers, choice: new ExportChoice([], 1) });
}

/** Each connection as a listing shows it: status, readings, end and, where this process saw it established, when. */
function shownBy({ connections = [] }: Listing, model: LedgerModel): Map<string, unknown> {
  const shown = model.shown();
  return new Map(
    connections.map(({ id, status, readings, establishedAt, endedAt }) => {
      const exact = readings.map((reading) => (reading === undefined ? undefined : BigInt(reading)));
      return [id, [status, exact, endedAt, shown.get(id)?.row && establishedAt]];
    }),
  );
}

function shownOf(model: LedgerModel): Map<string, unknown> {
  return new Map(
    [...model.shown()].map(([id, { status, readings, row }]) => {
      const { establishedAt, endedAt } = row ?? { establishedAt: undefined, endedAt: undefined };
      const isReversed = endedAt !== undefined && endedAt < (establishedAt ?? endedAt);
      return [id, [status, readings, isReversed ? undefined : endedAt, establishedAt]];
    }),
  );
}

/** Takes a book through a history; `check` runs after every step. */
async function live(
  steps: readonly Step[],
  check: (book: Book, step: Step, at: number, listing: Listing | undefined) => void,
  maxUsers?: number,
): Promise<void> {
  let book = new Book(SCOPE, plain.tag);
  let at = 0;
  for (const step of steps) {
    at += step.afterMs;
    const listing = step.kind === 'listing' ? await list(book, step.rows, at, maxUsers) : undefined;
    if (step.kind === 'failure') book.interrupt();
    if (step.kind === 'restart') book = await restarted(book);
    check(book, step, at, listing);
  }
}

test("whatever AWS' rows say, the book counts what the model counts, at every step, and nothing ever falls", async () => {
  const follows = async (steps: readonly Step[]) => {
    const model = new LedgerModel();
    let before = new Map<string, bigint>();
    let listedAt: number | undefined;
    await live(steps, (book, step, at, listing) => {
      const gap = at - (listedAt ?? at);
      if (step.kind === 'listing') model.list(withoutDuplicates(step.rows), gap <= LONGEST_GAP_MS ? gap : 0);
      if (step.kind === 'restart') model.restart();
      if (listing) expect(shownBy(listing, model)).toEqual(shownOf(model));
      listedAt = step.kind === 'listing' ? at : undefined;
      const { durations, ...expected } = model.figures();
      const { ledger, durations: observed } = book.state();
      expect(figuresOf(ledger)).toEqual(expected);
      expect(observed.counts.reduce((a, b) => a + b)).toBe(durations.length);
      expect(observed.sum).toBe(durations.reduce((a, b) => a + b, 0) / 1000);
      const now = counters(ledger);
      expect(fallen(before, now)).toEqual([]);
      before = now;
    });
  };
  await fc.assert(fc.asyncProperty(histories({ duplicates: true }), follows), { numRuns: 200 });
});

test("users' totals add up to the endpoint's since users began, whatever the cap", async () => {
  const addsUp = async (steps: readonly Step[], maxUsers: number) => {
    let opening: bigint[] | undefined;
    await live(
      steps,
      (book, step) => {
        const { ledger, users } = book.state();
        const all = sum(Object.values(ledger.totals));
        if (step.kind === 'listing') opening ??= all;
        const byUser = sum([...users.slots.map(({ totals }) => totals), users.other ?? []]);
        expect(byUser).toEqual(all.map((total, counter) => total - (opening?.[counter] ?? 0n)));
        expect(users.slots.length).toBeLessThanOrEqual(maxUsers);
      },
      maxUsers,
    );
  };
  await fc.assert(fc.asyncProperty(histories({ duplicates: true }), fc.nat(4), addsUp), { numRuns: 200 });
});

function sum(totals: readonly (readonly Exact[])[]): bigint[] {
  return [0, 1, 2, 3].map((counter) =>
    totals.map((ofOne) => BigInt(ofOne[counter] ?? 0)).reduce((a, b) => a + b, 0n),
  );
}
