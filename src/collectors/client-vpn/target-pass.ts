import { explain, toCallError } from '../../aws/errors.ts';
import type { Target } from '../../aws/targets.ts';
import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import type { Book, Scope } from './book.ts';
import { discover, type Selection } from './discovery.ts';
import { exportedConnections, isExportable } from './exported.ts';
import type { Identity } from './identity.ts';
import { gather, type Listing, post } from './listing.ts';
import { foldPostures } from './postures.ts';
import { type Connection, type Endpoint, type Reject, toConnection } from './record.ts';
import type { Source } from './source.ts';
import type { BookOptions, State, View } from './state.ts';

const SERIES_PER_USER = 3;
const SERIES_PER_CONNECTION = 4;

/** How endpoints are to be listed and counted. */
export interface PassOptions {
  readonly selection: Selection;
  readonly books: BookOptions;
  readonly identity: Identity;
  readonly concurrency: number;
  readonly staleAfterMs: number;
  /** The cap on series by user; undefined while they are off. */
  readonly maxUsers: number | undefined;
  /** The cap on series by connection; undefined while they are off. */
  readonly maxConnections: number | undefined;
}

/** What a pass over one target works with. */
export interface PassDeps {
  readonly source: Source;
  readonly state: State;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly reject: Reject;
  /** Called with the reason and the number of series left out because of a cap. */
  readonly drop: (reason: string, series: number) => void;
  /** Called after every page with the connections read so far from the endpoint. */
  readonly onPage: (scope: Scope, connections: number) => void;
}

/** What a pass over one target came to. */
export interface TargetOutcome {
  readonly views: readonly View[];
  /** Books that were posted to or retired. */
  readonly books: readonly Book[];
  readonly endpoints: number;
  readonly failed: number;
  /** Why discovery failed, in a sentence; undefined when it was complete. */
  readonly error: string | undefined;
}

/** One pass over an account and region: discovery, then every endpoint; one that fails keeps what it had and takes no other down. */
export async function passTarget(
  target: Target,
  accountId: string,
  options: PassOptions,
  deps: PassDeps,
  signal: AbortSignal,
): Promise<TargetOutcome> {
  const { state, logger } = deps;
  const before = [...state.published.views.values()].filter(
    (view) => view.accountId === accountId && view.region === target.region,
  );
  const known = new Map(before.map((view) => [view.endpointId, view]));
  const named = new Set(options.selection.named);
  const views: View[] = [];
  const books: Book[] = [];
  let failed = 0;
  let error: string | undefined;
  let found: ReadonlyMap<string, Endpoint | undefined>;
  try {
    found = await discover(deps.source, target, options.selection, deps.reject, signal);
  } catch (cause) {
    error = explain(cause);
    logger.error('Discovery of Client VPN endpoints failed; those known before are polled', {
      target: target.name,
      account_id: accountId,
      region: target.region,
      reason: error,
    });
    found = new Map(before.map((view) => [view.endpointId, view.last?.endpoint]));
  }

  const retire = async (scope: Scope) => {
    const book = await state.book(scope, options.books);
    book.retire(deps.clock.now());
    books.push(book);
    logger.info('A Client VPN endpoint ceased to exist', labelsOf(scope));
  };
  for (const view of before) {
    if (found.has(view.endpointId)) continue;
    if (!named.has(view.endpointId)) {
      await retire(view);
      continue;
    }
    const reason =
      'it is named in client_vpn.endpoints, but AWS no longer lists it: it was deleted, or the credentials see another account';
    failed += 1;
    logger.error('A named Client VPN endpoint is gone', { ...labelsOf(view), reason });
    views.push({ ...view, up: false, error: reason });
  }

  await mapConcurrently([...found], options.concurrency, async ([endpointId, endpoint]) => {
    const scope = { accountId, region: target.region, endpointId };
    const previous = known.get(endpointId);
    const book = await state.book(scope, options.books);
    try {
      const connections = await gather(connectionPages(target, scope, options, deps, signal));
      const at = deps.clock.monotonic();
      const posting = { at, longestGapMs: options.staleAfterMs, maxUsers: options.maxUsers };
      const listing = await post(connections, book, {
        ...posting,
        keepConnections: options.maxConnections !== undefined,
      });
      books.push(book);
      views.push(completeView(scope, endpoint, listing, book, previous, options, deps));
      if (previous?.up === false) logger.info('A Client VPN endpoint recovered', labelsOf(scope));
    } catch (cause) {
      if (toCallError(cause) === 'not_found' && !named.has(endpointId)) return retire(scope);
      failed += 1;
      book.interrupt();
      const reason = explain(cause);
      logger.error('Listing the connections of a Client VPN endpoint failed; its last good numbers stay', {
        ...labelsOf(scope),
        reason,
      });
      views.push({ ...scope, last: previous?.last, counters: previous?.counters, up: false, error: reason });
    }
  });
  return { views, books, endpoints: views.length, failed, error };
}

/** The connections of an endpoint page by page, decoded; each rejected value is reported. */
async function* connectionPages(
  target: Target,
  scope: Scope,
  { identity }: PassOptions,
  deps: PassDeps,
  signal: AbortSignal,
) {
  let total = 0;
  for await (const page of deps.source.connectionPages(target, scope.endpointId, signal)) {
    yield page.flatMap((raw): Connection[] => {
      const connection = toConnection(raw, identity, deps.reject);
      return connection ? [connection] : [];
    });
    total += page.length;
    deps.onPage(scope, total);
  }
}

function labelsOf({ accountId, region, endpointId }: Scope) {
  return { account_id: accountId, region, endpoint_id: endpointId };
}

function completeView(
  scope: Scope,
  endpoint: Endpoint | undefined,
  listing: Listing,
  book: Book,
  previous: View | undefined,
  { maxConnections }: PassOptions,
  { clock, drop }: PassDeps,
): View {
  const exported =
    maxConnections === undefined
      ? []
      : exportedConnections(listing.connections, previous?.last?.exported ?? [], maxConnections);
  const counted: readonly (readonly [string, number])[] = [
    ['user_cap', book.foldedUsers * SERIES_PER_USER],
    [
      'connection_cap',
      (listing.connections.filter(isExportable).length - exported.length) * SERIES_PER_CONNECTION,
    ],
    ['posture_cap', foldPostures(listing.postures).folded],
  ];
  for (const [reason, series] of counted) if (series > 0) drop(reason, series);
  const last = { endedAt: clock.now(), endedAtMonotonic: clock.monotonic(), endpoint, listing, exported };
  return { ...scope, up: true, error: undefined, last, counters: book.counters() };
}

/** Runs `work` over all items, `limit` at a time. */
async function mapConcurrently<T>(
  items: readonly T[],
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}
