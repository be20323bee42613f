import { FaultLog } from '../../core/fault-log.ts';
import type { Scope } from '../../core/scope.ts';
import type { TargetView } from '../outcomes.ts';
import type { Counters } from './book.ts';
import { type BookOptions, Books } from './books.ts';
import type { Endpoint } from './endpoint.ts';
import type { Listing } from './listing.ts';
import type { Connection } from './record.ts';

/** What is published of one endpoint; it is replaced whole, never changed. */
export interface View extends Scope {
  /** As discovery gave it last; empty while it never did. */
  readonly name: string;
  /** Undefined until the first pass over the endpoint ended. */
  readonly up: boolean | undefined;
  readonly error: string | undefined;
  /** The last complete pass; undefined before the first. */
  readonly last: LastPass | undefined;
  /** Undefined before the opening listing. */
  readonly counters: Counters | undefined;
}

/** What the last complete pass over an endpoint saw. */
export interface LastPass {
  /** Milliseconds since 1970. */
  readonly endedAt: number;
  /** The same moment on the monotonic clock: age does not change when the wall clock steps. */
  readonly endedAtMonotonic: number;
  /** Undefined when discovery failed and the endpoint is known only from before. */
  readonly endpoint: Endpoint | undefined;
  readonly listing: Listing;
  /** The connections that have series, by place; empty while those series are off. */
  readonly exported: readonly Connection[];
}

/** All that is published. */
export interface Published {
  /** By `scopeKey`. */
  readonly views: ReadonlyMap<string, View>;
  /** Empty before the first pass. */
  readonly targets: readonly TargetView[];
  /** How the world was read (`readingOf`); what was published under another reading is not to be mixed in. */
  readonly reading: string;
}

/** Everything that outlives a pass: a scrape reads what is published; a pass works on books and publishes when it ends. */
export class State {
  readonly books: Books;
  readonly faults: FaultLog;
  #published: Published = { views: new Map(), targets: [], reading: '' };

  constructor(deps: ConstructorParameters<typeof Books>[0]) {
    this.faults = new FaultLog(deps);
    this.books = new Books(deps);
  }

  /** What is published. */
  get published(): Published {
    return this.#published;
  }

  /** Publishes this and nothing else. */
  publish(published: Published): void {
    this.#published = published;
  }
}

/** How these options read the world; it never leaves the process. */
export function readingOf(options: BookOptions): string {
  return JSON.stringify(options);
}
