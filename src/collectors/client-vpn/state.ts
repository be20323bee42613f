import type { Ended } from '../../core/freshness.ts';
import type { Scope } from '../../core/scope.ts';
import type { View as PolledView } from '../../polling/poller.ts';
import { Published } from '../../polling/published.ts';
import { isExcluded, isOnlyNamed, type Selection } from '../../polling/selection.ts';
import type { Counters } from './book.ts';
import { type BookOptions, Books } from './books.ts';
import type { Endpoint } from './endpoints.ts';
import type { Gathered } from './gathered.ts';
import type { Listing } from './listing.ts';
import type { Connection } from './record.ts';

/** What is published of one endpoint. */
export interface View extends PolledView<LastPass> {
  /** Undefined before the opening listing. */
  readonly counters: Counters | undefined;
}

/** What the last complete pass over an endpoint saw. */
export interface LastPass extends Ended {
  /** Undefined when discovery failed and the endpoint is known only from before. */
  readonly endpoint: Endpoint | undefined;
  readonly listing: Listing;
  /** The connections that have series, by place; empty while those series are off. */
  readonly exported: readonly Connection[];
}

/** Everything that outlives a pass: a scrape reads what is published; a pass works on books and publishes when it ends. */
export class State {
  readonly books: Books;
  readonly published: Published<View>;
  /** Listings that no pass uses, so that the next one need not ask for memory. */
  readonly spare: Gathered[] = [];
  /** How the world was read of which this is published; under another reading it is not to be mixed in. */
  reading = '';

  constructor(deps: ConstructorParameters<typeof Books>[0]) {
    this.published = new Published(deps);
    this.books = new Books(deps);
  }
}

/** How these options read the world; it never leaves the process. */
export function readingOf(options: BookOptions): string {
  return JSON.stringify(options);
}

/** What is known of an account and region from before a restart: counters, without gauges. */
export async function storedViews(
  books: Books,
  place: Pick<Scope, 'accountId' | 'region'>,
  options: { readonly selection: Selection; readonly books: BookOptions },
): Promise<readonly View[]> {
  const nothing = { up: undefined, error: undefined, name: '', lastSuccessAt: undefined, last: undefined };
  return (await books.of(place, options.books))
    .filter(({ scope }) => isWanted(scope.endpointId, '', options.selection))
    .map((book) => ({ ...book.scope, ...nothing, counters: book.counters() }));
}

/**
 * Without discovery only what is named is wanted; with it, whether the rest is will be known when a listing is complete. What is
 * excluded is not; a name is empty until it is known.
 */
export function isWanted(endpointId: string, name: string, selection: Selection): boolean {
  if (isExcluded(selection, { ids: [endpointId], name })) return false;
  return !isOnlyNamed(selection) || selection.named.includes(endpointId);
}
