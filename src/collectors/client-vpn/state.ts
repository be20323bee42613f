import type { Ended } from '../../core/freshness.ts';
import type { View as PolledView } from '../../polling/poller.ts';
import { Published } from '../../polling/published.ts';
import type { Counters } from './book.ts';
import { Books } from './books.ts';
import type { Endpoint } from './endpoint.ts';
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
  /** How the world was read of which this is published; under another reading it is not to be mixed in. */
  reading = '';

  constructor(deps: ConstructorParameters<typeof Books>[0]) {
    this.published = new Published(deps);
    this.books = new Books(deps);
  }
}
