import type { Clock } from '../../../core/clock.ts';
import { LIFETIME_MS } from '../registry/entry.ts';
import type { IdReader, Progress } from './id-reader.ts';
import type { Reject } from './row.ts';
import { ScanPace } from './scan-pace.ts';
import { ScanReading, type Segment, type TableConfig } from './scan-reading.ts';
import type { ScanPage, ScanRequest } from './source-dynamodb.ts';

/** What a listing of a table is made with. */
export interface DynamoDbReaderDeps {
  /** Scans in the account and region of the table. */
  readonly scan: (request: ScanRequest, signal: AbortSignal) => Promise<ScanPage>;
  readonly config: TableConfig;
  readonly clock: Clock;
  readonly reject: Reject;
}

/**
 * Lists the ids of a DynamoDB table, no faster than configured and no sooner than it is due; expired rows are left out
 * though still there. The SDK's errors pass through, and the next turn goes on where they came.
 */
export function createDynamoDbReader(deps: DynamoDbReaderDeps): IdReader {
  return new DynamoDbReader(deps);
}

/** Errors that going on would only meet again: a start key is refused or leads back, or the table was another. */
const DEAD_ENDS: ReadonlySet<string> = new Set([
  'ValidationException',
  'ResourceNotFoundException',
  'BrokenAnswer',
]);

class DynamoDbReader implements IdReader {
  readonly #deps: DynamoDbReaderDeps;
  readonly #pace: ScanPace;
  readonly #attributes: readonly string[];
  #reading: ScanReading | undefined;
  /** When the reading that became the last complete listing began, by the monotonic clock. */
  #completeBeganAt = Number.NEGATIVE_INFINITY;

  constructor(deps: DynamoDbReaderDeps) {
    const { key, connected_at, expires_at, read_capacity_per_second } = deps.config;
    this.#deps = deps;
    this.#pace = new ScanPace(deps.clock, read_capacity_per_second);
    this.#attributes = [key, connected_at, expires_at].filter((name) => name !== null);
  }

  async read(signal: AbortSignal): Promise<Progress> {
    const { clock, config, reject } = this.#deps;
    if (clock.monotonic() - this.#completeBeganAt < config.refresh)
      return { state: 'unchanged', isCurrent: false };
    // What was read before so long a pause lists nobody who is alive.
    if (this.#reading && this.#reading.idleMs > LIFETIME_MS) this.#reading = undefined;
    this.#reading ??= new ScanReading(config, clock, reject);
    const reading = this.#reading;
    await this.#goOn(reading, signal);
    if (!reading.isComplete) return { state: 'under way', rows: reading.rows };
    this.#reading = undefined;
    const ids = reading.ids();
    this.#completeBeganAt = reading.beganAtMonotonic;
    return { state: 'complete', beganAt: reading.beganAt, ids };
  }

  /** Reads to the end of the table or of the turn; rejects with the first failure, once no segment is being read any more. */
  async #goOn(reading: ScanReading, signal: AbortSignal): Promise<void> {
    const failure = new AbortController();
    const either = AbortSignal.any([signal, failure.signal]);
    const readSegment = async (segment: Segment) => {
      try {
        while (!segment.isRead) await this.#readPage(reading, segment, either);
      } catch (error) {
        // After the end of the turn it is no failure but what ending the turn did.
        if (!either.aborted) failure.abort(error);
      }
    };
    await Promise.all(reading.segments.map(readSegment));
    if (!failure.signal.aborted) return;
    const error: unknown = failure.signal.reason;
    if (error instanceof Error && DEAD_ENDS.has(error.name)) this.#reading = undefined;
    throw error;
  }

  async #readPage(reading: ScanReading, segment: Segment, signal: AbortSignal): Promise<void> {
    const { scan, config } = this.#deps;
    const { table, segments } = config;
    const limit = await this.#pace.next(signal);
    const { startKey, index } = segment;
    const request = { table, attributes: this.#attributes, limit, startKey, segment: index, segments };
    const page = await scan(request, signal);
    this.#pace.took(page.rows.length, page.capacityUnits);
    reading.take(segment, page);
  }
}
