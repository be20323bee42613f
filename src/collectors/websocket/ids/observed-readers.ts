import type { Clock } from '../../../core/clock.ts';
import type { EventSource } from '../../../core/collector.ts';
import { type Endpoint, registryKey } from '../endpoint.ts';
import type { IdReader, Progress } from './id-reader.ts';

type State = Omit<EventSource, 'source' | 'name'>;

/** Readers of tables and files, with how their reading goes. */
export class ObservedReaders {
  readonly #clock: Clock;
  readonly #readerOf: (endpoint: Endpoint) => IdReader | undefined;
  readonly #states = new Map<string, State>();

  constructor(clock: Clock, readerOf: (endpoint: Endpoint) => IdReader | undefined) {
    this.#clock = clock;
    this.#readerOf = readerOf;
  }

  /** The reader of an endpoint's ids; undefined where they are not listed. */
  readerOf(endpoint: Endpoint): IdReader | undefined {
    const reader = this.#readerOf(endpoint);
    return reader && { read: (signal) => this.#observe(keyOf(endpoint), reader.read(signal)) };
  }

  /** How the reading of each of these goes. */
  sources(endpoints: readonly Endpoint[]): readonly EventSource[] {
    return endpoints.flatMap((endpoint) => {
      const { origin } = endpoint;
      if (origin.type !== 'dynamodb' && origin.type !== 'file') return [];
      const name = origin.type === 'file' ? origin.path : origin.table;
      const unknown = { up: undefined, lastReadAt: undefined, delayMs: undefined };
      return [{ source: origin.type, name, ...(this.#states.get(keyOf(endpoint)) ?? unknown) }];
    });
  }

  async #observe(key: string, reading: Promise<Progress>): Promise<Progress> {
    const { lastReadAt, delayMs } = this.#states.get(key) ?? { lastReadAt: undefined, delayMs: undefined };
    try {
      const progress = await reading;
      const now = this.#clock.now();
      if (progress.state === 'complete')
        this.#states.set(key, { up: true, lastReadAt: now, delayMs: Math.max(now - progress.beganAt, 0) });
      if (progress.state === 'unchanged' && progress.isCurrent)
        this.#states.set(key, { up: true, lastReadAt: now, delayMs });
      return progress;
    } catch (error) {
      this.#states.set(key, { up: false, lastReadAt, delayMs });
      throw error;
    }
  }
}

function keyOf(endpoint: Endpoint): string {
  return JSON.stringify(registryKey(endpoint));
}
