import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import type { DiscoverOriginConfig } from './config.ts';
import type { Endpoint } from './endpoint.ts';
import type { IdReader } from './ids/id-reader.ts';
import type { OpenedRegistry } from './registry/registries.ts';
import type { Source } from './source.ts';
import type { State } from './state.ts';

/** How connections are to be looked up and estimated; times in milliseconds. */
export interface PassOptions {
  /** The endpoints that the configuration names. */
  readonly named: readonly Endpoint[];
  /** Where the ids of discovered endpoints come from; undefined while discovery is off. */
  readonly discoverOrigin: DiscoverOriginConfig | undefined;
  /** Discovered stages that are not looked at: `api_id`, `api_id/stage`, or names of APIs in which `*` stands for any text. */
  readonly exclude: readonly string[];
  readonly sampleSize: number;
  readonly requestsPerSecond: number;
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly staleAfterMs: number;
  readonly idleAfterMs: number;
  readonly confidence: number;
  /** Most ids remembered from events, over all endpoints. */
  readonly maxConnections: number;
}

/** What a pass works with. */
export interface PassDeps {
  readonly source: Source;
  /** The listing of an endpoint's ids, the same for every pass; undefined when they come from events. */
  readonly readerOf: (endpoint: Endpoint) => IdReader | undefined;
  readonly state: State;
  /** What is kept of an endpoint; rejects when it is on disk and cannot be read. */
  readonly open: (endpoint: Endpoint) => Promise<OpenedRegistry>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}
