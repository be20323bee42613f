import type { Clock } from '../../../core/clock.ts';
import type { EventSource } from '../../../core/collector.ts';
import type { FaultLog } from '../../../core/fault-log.ts';
import type { Logger } from '../../../core/logger.ts';
import { Seldom } from '../../../core/seldom.ts';
import type { Tally } from '../../../core/tally.ts';
import type { ConnectionEvent } from '../../../core/websocket-event.ts';
import { FEED_RESULTS, type FeedEvent, type OnFeedEvent } from './feed.ts';

/** What events are counted and told with. */
export interface FeedLogDeps {
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn'>;
  readonly faults: FaultLog;
  readonly sourceEvents: Tally<'source' | 'event' | 'result'>;
}

/** A feed as its series call it. */
export type FeedName = Pick<EventSource, 'source' | 'name'>;

/** Events of no endpoint are said again after so long. */
const SAY_AGAIN_MS = 10 * 60_000;

/** Counts what becomes of events that are read, and says now and then what somebody must see to. */
export class FeedLog {
  readonly #deps: FeedLogDeps;
  readonly #unroutable: Seldom;

  constructor(deps: FeedLogDeps) {
    this.#deps = deps;
    this.#unroutable = new Seldom(deps.clock, SAY_AGAIN_MS);
  }

  /** What counts the events of a feed, every kind from zero, and says once for each reason what cannot be read. */
  counterOf({ source, name }: FeedName): OnFeedEvent {
    const { sourceEvents, faults } = this.#deps;
    for (const [event, results] of Object.entries(FEED_RESULTS))
      for (const result of results) sourceEvents.add({ source, event, result }, 0);
    return (event: FeedEvent, result, reason) => {
      sourceEvents.add({ source, event, result });
      if (reason === undefined) return;
      const [what, field] =
        source === 'sqs' ? ['message of a queue', 'queue'] : ['row of an access log', 'log_group'];
      const message = `A ${what} cannot be read, and counts as nothing (said once for each reason)`;
      faults.warnOnce(`${source} ${name} ${reason}`, message, { [field]: name, reason });
    };
  }

  /** Hears of an event that is of no endpoint, and says at most every ten minutes of a feed where such belong, with how many there were since. */
  unroutable({ source, name }: FeedName, { apiId, stage, domain }: ConnectionEvent): void {
    const count = this.#unroutable.due(JSON.stringify([source, name]));
    if (count === undefined) return;
    const message =
      'Events that were read belong to no endpoint of that source: compare api_id and stage with websocket.endpoints (said at most every ten minutes)';
    this.#deps.logger.warn(message, {
      source,
      name,
      ...(apiId !== undefined && { api_id: apiId }),
      ...(stage !== undefined && { stage }),
      ...(domain !== undefined && { domain }),
      count,
      metric: `aws_connections_exporter_event_source_events_total{source="${source}",result="unroutable"}`,
    });
  }
}
