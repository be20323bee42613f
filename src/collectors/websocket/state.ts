import type { Clock } from '../../core/clock.ts';
import type { Ended } from '../../core/freshness.ts';
import type { View as PolledView } from '../../polling/poller.ts';
import { Published } from '../../polling/published.ts';
import type { Discovered } from './discovery.ts';
import type { Endpoint } from './endpoint.ts';
import type { Estimate } from './estimate/estimate.ts';
import type { LookupCounts, LookupState } from './estimate/lookup-totals.ts';
import { HeldEvents } from './events/held-events.ts';
import { LogPosition } from './feeds/log-position.ts';
import { type OpenedRegistry, Registries } from './registry/registries.ts';
import type { RegistryCounters } from './registry/registry.ts';

/** What is published of one endpoint; its `last` is the last pass that looked up a sample. */
export interface View extends PolledView<LastPass> {
  readonly endpoint: Endpoint;
  /** Undefined while what is kept on disk could not be read. */
  readonly counters: Counters | undefined;
}

/** What never falls. */
export type Counters = RegistryCounters & LookupState;

/** What one pass saw of an endpoint. */
export interface LastPass extends Ended {
  readonly endpoint: Endpoint;
  /** Ids that could be alive when the pass began, the young ones included. */
  readonly registered: number;
  readonly sampled: LookupCounts;
  /** Undefined when nothing answered. */
  readonly estimate: Estimate | undefined;
  /** How often the interval of the estimate holds the truth, between 0 and 1. */
  readonly confidence: number;
}

/** Everything that outlives a pass: a scrape reads what is published; a pass works on registries and publishes when it ends. */
export class State {
  readonly registries: Registries;
  readonly held: HeldEvents;
  readonly published: Published<View>;
  /** How far log groups have been read, by their feeds. */
  readonly #positions = new Map<string, LogPosition>();
  readonly #deps: ConstructorParameters<typeof LogPosition>[0];
  /** What was discovered last, by target. */
  readonly discovered = new Map<string, Discovered>();

  constructor(deps: ConstructorParameters<typeof Registries>[0] & { readonly clock: Clock }) {
    this.registries = new Registries(deps);
    this.held = new HeldEvents(deps);
    this.published = new Published(deps);
    this.#deps = deps;
  }

  /** How far the log group of a feed has been read. */
  positionOf(feed: string): LogPosition {
    const position = this.#positions.get(feed) ?? new LogPosition(this.#deps, feed);
    this.#positions.set(feed, position);
    return position;
  }
}

/** The counters of an endpoint as of now; undefined while its queue or log has not been read to its end. */
export function countersOf({ registry, totals }: OpenedRegistry): Counters | undefined {
  if (!registry.isTold) return undefined;
  return { ...registry.counters(), ...totals.state() };
}
