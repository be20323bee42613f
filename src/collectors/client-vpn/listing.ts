import { breathe, inSteps } from '../../core/clock.ts';
import { type AnyId, textOf } from '../../core/columns/table.ts';
import { add, type Exact } from '../../core/exact.ts';
import type { LedgerEntries } from '../../core/ledger-entries.ts';
import { OTHER } from '../../core/slots.ts';
import { type Book, NO_USER, type PostingOptions } from './book.ts';
import type { ExportChoice } from './exported.ts';
import { Gathered } from './gathered.ts';
import {
  COUNTERS,
  type Connection,
  copyOf,
  type Details,
  type ListedConnection,
  STATUSES,
} from './record.ts';

/** The connections of one status in a listing. */
export interface StatusSums {
  readonly connections: number;
  /** Sums of the readings, in the order of COUNTERS. */
  readonly sums: readonly Exact[];
  /** Milliseconds since 1970; undefined when no connection says when it was established. */
  readonly oldestEstablishedAt: number | undefined;
}

/** What the last complete listing of an endpoint says, ready for gauges; it never changes. */
export interface Listing {
  readonly byStatus: ReadonlyMap<string, StatusSums>;
  readonly connectedUsers: number;
  /** Active connections by posture compliance status. */
  readonly postures: ReadonlyMap<string, number>;
  /** Active connections by user; empty while series by user are off. */
  readonly userConnections: ReadonlyMap<string, number>;
  /** Every connection; undefined while series by connection are off. */
  readonly connections: readonly Connection[] | undefined;
}

/** Rows between two pauses; about 2 ms of posting. */
const ROWS_AT_A_TIME = 2_000;

/** Gathers pages into one listing, in the memory of one that is over; rejects when a page does, and then nothing of the listing is to be used. */
export async function gather(
  pages: AsyncIterable<Iterable<ListedConnection>>,
  gathered = new Gathered(),
): Promise<Gathered> {
  gathered.begin();
  for await (const page of pages) for (const listed of page) gathered.add(listed);
  await inSteps(gathered.end());
  return gathered;
}

/** Posts a complete listing to its book, and sums up what the book then knows of the connections listed; with a choice, each is kept and offered to it. */
export async function post(
  connections: Gathered,
  book: Book,
  options: PostingOptions & { readonly choice: ExportChoice | undefined },
): Promise<Listing> {
  const summary = new Summary(options.maxUsers !== undefined, options.choice);
  book.begin(options);
  let row = 0;
  for (const listed of connections.rows()) {
    const { shown, at } = book.post(listed);
    summary.add(listed.id, shown, book.entries(), at);
    row += 1;
    if (row % ROWS_AT_A_TIME === 0) await breathe();
  }
  book.end();
  return inSteps(summary.listing((user) => (book.hasUser(user) ? user : OTHER)));
}

interface MutableSums {
  connections: number;
  sums: Exact[];
  oldestEstablishedAt: number | undefined;
}

class Summary {
  readonly #keepUsers: boolean;
  readonly #choice: ExportChoice | undefined;
  readonly #byStatus = new Map<string, MutableSums>();
  readonly #users = new Counts();
  readonly #postures = new Counts();
  readonly #connections: Connection[] = [];
  #nameless = 0;

  constructor(keepUsers: boolean, choice: ExportChoice | undefined) {
    this.#keepUsers = keepUsers;
    this.#choice = choice;
    for (const status of STATUSES) this.#sumsOf(status);
  }

  add(id: AnyId, shown: Details, entries: LedgerEntries, at: number): void {
    const status = entries.status(at);
    const sums = this.#sumsOf(status);
    const { establishedAt } = shown;
    sums.connections += 1;
    for (let index = 0; index < COUNTERS.length; index += 1)
      sums.sums[index] = add(sums.sums[index] ?? 0, entries.reading(at, index) ?? 0);
    if (
      establishedAt !== undefined &&
      establishedAt < (sums.oldestEstablishedAt ?? Number.POSITIVE_INFINITY)
    ) {
      sums.oldestEstablishedAt = establishedAt;
    }
    if (status === 'active') this.#addActive(shown);
    if (!this.#choice) return;
    // A copy: the entry goes on changing with later listings.
    const connection = { ...copyOf(shown), id: textOf(id), status, readings: entries.readings(at) };
    this.#connections.push(connection);
    this.#choice.add(connection);
  }

  /** What was added, in steps. */
  *listing(slotOf: (user: string) => string): Generator<void, Listing> {
    const userConnections = new Map<string, number>();
    const count = (user: string, connections: number) => {
      const slot = slotOf(user);
      if (connections > 0) userConnections.set(slot, (userConnections.get(slot) ?? 0) + connections);
    };
    let users = 0;
    for (const [user, connections] of this.#keepUsers ? this.#users.each() : []) {
      count(user, connections);
      users += 1;
      if (users % ROWS_AT_A_TIME === 0) yield;
    }
    if (this.#keepUsers) count(NO_USER, this.#nameless);
    // Last, wherever the first of them stands.
    const others = userConnections.get(OTHER);
    if (others !== undefined && userConnections.delete(OTHER)) userConnections.set(OTHER, others);
    return {
      byStatus: this.#byStatus,
      connectedUsers: this.#users.size,
      postures: new Map(this.#postures.each()),
      userConnections,
      connections: this.#choice ? this.#connections : undefined,
    };
  }

  #addActive({ user, postures }: Details): void {
    if (user === undefined) this.#nameless += 1;
    else this.#users.add(user);
    for (const posture of postures.length > 1 ? new Set(postures) : postures) this.#postures.add(posture);
  }

  #sumsOf(status: string): MutableSums {
    let sums = this.#byStatus.get(status);
    if (!sums) {
      sums = { connections: 0, sums: COUNTERS.map(() => 0), oldestEstablishedAt: undefined };
      this.#byStatus.set(status, sums);
    }
    return sums;
  }
}

/** How often each name came. */
class Counts {
  readonly #counts = new Map<string, { count: number }>();

  get size(): number {
    return this.#counts.size;
  }

  add(name: string): void {
    const known = this.#counts.get(name);
    if (known) known.count += 1;
    else this.#counts.set(name, { count: 1 });
  }

  *each(): Iterable<readonly [name: string, count: number]> {
    for (const [name, { count }] of this.#counts) yield [name, count];
  }
}
