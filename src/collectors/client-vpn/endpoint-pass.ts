import { explain } from '../../aws/errors.ts';
import type { Target } from '../../aws/targets.ts';
import { inSteps } from '../../core/clock.ts';
import { Stopped } from '../../core/collector.ts';
import { type Scope, scopeLabels } from '../../core/scope.ts';
import { type Named, namedGone } from '../../polling/named.ts';
import type { Book } from './book.ts';
import { UnreadableBook } from './books.ts';
import { toConnections } from './decode.ts';
import type { Endpoint } from './endpoints.ts';
import { ExportChoice } from './exported.ts';
import { SERIES_PER_STATUS } from './families.ts';
import { gather, type Listing, post } from './listing.ts';
import { SERIES_PER_CONNECTION, SERIES_PER_USER } from './opt-in-families.ts';
import type { PassDeps, PassOptions } from './pass-options.ts';
import { foldPostures } from './postures.ts';
import { isEndpointGone } from './source.ts';
import type { View } from './state.ts';

/** What a pass over one endpoint came to. */
export interface EndpointOutcome {
  /** Undefined when the endpoint ceased to exist. */
  readonly view: View | undefined;
  readonly failed: boolean;
}

const NOTHING = { lastSuccessAt: undefined, last: undefined, counters: undefined };

/** An endpoint that is polled. */
export interface Polled {
  readonly target: Target;
  readonly scope: Scope;
  /** Undefined when discovery failed and the endpoint is known only from before. */
  readonly endpoint: Endpoint | undefined;
  /** What is published of it; undefined for one that is new. */
  readonly previous: View | undefined;
}

const NO_CHOICE = { exported: [], leftOut: 0 };

/** Lists and posts the connections of one endpoint; a failure keeps what there was, and says why. */
export async function passEndpoint(
  polled: Polled,
  options: PassOptions,
  deps: PassDeps,
  signal: AbortSignal,
): Promise<EndpointOutcome> {
  const { target, scope, endpoint, previous } = polled;
  const { state, clock } = deps;
  let book: Book | undefined;
  try {
    book = await state.books.open(scope, options.books);
    const spare = state.spare.pop();
    const connections = await gather(connectionPages(target, scope, options, deps, signal), spare);
    const { maxConnections } = options;
    const choice =
      maxConnections === undefined
        ? undefined
        : new ExportChoice(previous?.last?.exported ?? [], maxConnections);
    const listing = await post(connections, book, {
      at: clock.monotonic(),
      longestGapMs: options.staleAfterMs,
      maxUsers: options.maxUsers,
      choice,
    });
    if (choice) await inSteps(choice.settle());
    state.spare.push(connections);
    state.published.faults.succeed(scope.endpointId, 'A Client VPN endpoint recovered', scopeLabels(scope));
    return { view: completeView(polled, listing, choice?.chosen() ?? NO_CHOICE, book, deps), failed: false };
  } catch (cause) {
    if (signal.reason instanceof Stopped) return { view: previous, failed: false };
    const isNamed = options.selection.named.includes(scope.endpointId);
    if (isEndpointGone(cause) && !isNamed) return retireEndpoint(scope, options, deps);
    book?.interrupt();
    const reason = options.redact(cause instanceof UnreadableBook ? cause.message : explain(cause, signal));
    const message = 'Listing the connections of a Client VPN endpoint failed; its last good numbers stay';
    state.published.faults.fail(scope.endpointId, { message, reason, fields: scopeLabels(scope) });
    const { lastSuccessAt, last, counters } = previous ?? NOTHING;
    const name = nameOf(endpoint, previous);
    const view = { ...scope, name, lastSuccessAt, last, counters, up: false, error: reason };
    return { view, failed: true };
  }
}

/** What becomes of an endpoint that was not found: a named one stays, not up; one that is gone ceases to exist; any other is no longer wanted. */
export async function passMissing(
  isGone: boolean,
  view: View,
  named: Named,
  options: PassOptions,
  deps: PassDeps,
): Promise<EndpointOutcome> {
  if (!named.ids.includes(view.endpointId)) {
    return isGone ? retireEndpoint(view, options, deps) : { view: undefined, failed: false };
  }
  const error = namedGone(named, view, deps.state.published.faults);
  return { view: { ...view, up: false, error }, failed: true };
}

async function retireEndpoint(
  { accountId, region, endpointId }: Scope,
  { books }: PassOptions,
  { state, clock, logger }: PassDeps,
): Promise<EndpointOutcome> {
  const scope = { accountId, region, endpointId };
  state.published.faults.forget(endpointId);
  const book = await state.books.open(scope, books).catch((err: unknown) => {
    logger.warn('The ledger of a Client VPN endpoint that is gone cannot be read', {
      ...scopeLabels(scope),
      err,
    });
  });
  if (book?.retiredAt === undefined) {
    book?.retire(clock.now());
    const message = 'A Client VPN endpoint ceased to exist';
    state.published.faults.happen(endpointId, message, scopeLabels(scope));
  }
  return { view: undefined, failed: false };
}

/** The connections of an endpoint page by page, decoded; each rejected value is reported. */
async function* connectionPages(
  target: Target,
  scope: Scope,
  { identity, maxConnections }: PassOptions,
  deps: PassDeps,
  signal: AbortSignal,
) {
  const decoding = { identity, withNames: maxConnections !== undefined, reject: deps.reject };
  let total = 0;
  deps.onPage(scope, total);
  for await (const page of deps.source.connectionPages(target, scope.endpointId, signal)) {
    yield toConnections(page, decoding);
    total += page.length;
    deps.onPage(scope, total);
  }
}

function completeView(
  { scope, endpoint, previous }: Polled,
  listing: Listing,
  { exported, leftOut }: ReturnType<ExportChoice['chosen']>,
  book: Book,
  { clock, drop }: PassDeps,
): View {
  const counted: readonly (readonly [string, number])[] = [
    ['user_cap', book.foldedUsers * SERIES_PER_USER],
    ['connection_cap', leftOut * SERIES_PER_CONNECTION],
    ['posture_cap', foldPostures(listing.postures).folded],
    ['status_cap', book.foldedStatuses * SERIES_PER_STATUS],
  ];
  for (const [reason, series] of counted) drop(reason, series);
  const last = { endedAtMonotonic: clock.monotonic(), endpoint, listing, exported };
  const name = nameOf(endpoint, previous);
  const lastSuccessAt = clock.now();
  return { ...scope, name, up: true, error: undefined, lastSuccessAt, last, counters: book.counters() };
}

function nameOf(endpoint: Endpoint | undefined, previous: View | undefined): string {
  return endpoint?.info.name ?? previous?.name ?? '';
}
