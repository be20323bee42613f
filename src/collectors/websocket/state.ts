import type { Clock } from '../../core/clock.ts';
import { FaultLog } from '../../core/fault-log.ts';
import type { Scope } from '../../core/scope.ts';
import type { TargetView } from '../outcomes.ts';
import type { Discovered } from './discovery.ts';
import type { Endpoint } from './endpoint.ts';
import type { Estimate } from './estimate.ts';
import { HeldEvents } from './held-events.ts';
import type { LookupCounts, LookupState } from './lookup-totals.ts';
import { type Keeper, Registries } from './registries.ts';
import type { RegistryCounters } from './registry.ts';

/** What is published of one endpoint; it is replaced whole, never changed. */
export interface View extends Scope {
  readonly endpoint: Endpoint;
  /** Undefined until the first pass over the endpoint ended. */
  readonly up: boolean | undefined;
  readonly error: string | undefined;
  /** End of the last complete pass, milliseconds since 1970. */
  readonly lastSuccessAt: number | undefined;
  /** What the last pass that looked up a sample saw; undefined before the first. */
  readonly last: LastPass | undefined;
  /** Undefined while what is kept on disk could not be read. */
  readonly counters: Counters | undefined;
}

/** What never falls. */
export type Counters = RegistryCounters & LookupState;

/** What one pass saw of an endpoint. */
export interface LastPass {
  readonly endpoint: Endpoint;
  /** The same moment as its end, on the monotonic clock. */
  readonly endedAtMonotonic: number;
  /** Ids that could be alive when the pass began, the young ones included. */
  readonly registered: number;
  readonly sampled: LookupCounts;
  /** Undefined when nothing answered. */
  readonly estimate: Estimate | undefined;
  /** How often the interval of the estimate holds the truth, between 0 and 1. */
  readonly confidence: number;
}

/** All that is published. */
export interface Published {
  /** By `scopeKey`. */
  readonly views: ReadonlyMap<string, View>;
  /** Empty before the first pass. */
  readonly targets: readonly TargetView[];
}

/** Everything that outlives a pass: a scrape reads what is published; a pass works on registries and publishes when it ends. */
export class State {
  readonly registries: Registries;
  readonly held: HeldEvents;
  readonly faults: FaultLog;
  /** What was discovered last, by target. */
  readonly discovered = new Map<string, Discovered>();
  #published: Published = { views: new Map(), targets: [] };

  constructor(deps: ConstructorParameters<typeof Registries>[0] & { readonly clock: Clock }) {
    this.registries = new Registries(deps);
    this.held = new HeldEvents(deps);
    this.faults = new FaultLog(deps);
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

/** The counters of an endpoint as of now. */
export function countersOf({ registry, totals }: Keeper): Counters {
  return { ...registry.counters(), ...totals.state() };
}
