import type { Clock } from '../../../core/clock.ts';
import type { Logger } from '../../../core/logger.ts';
import type { ConnectionEvent, Taken, Told } from '../../../core/websocket-event.ts';
import { INTAKE } from '../endpoint.ts';
import type { Endpoints } from '../endpoints.ts';
import type { OpenedRegistry, Registries } from '../registry/registries.ts';
import type { HeldEvents } from './held-events.ts';

/** What the desk works with. */
export interface DeskDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly endpoints: Pick<Endpoints, 'route' | 'isComplete'>;
  readonly registries: Pick<Registries, 'makeRoom'>;
  /** What is kept of an endpoint; undefined while it has not been read. */
  readonly openedOf: (endpointId: string) => OpenedRegistry | undefined;
  readonly held: Pick<HeldEvents, 'size' | 'push' | 'takeAll'>;
  /** Most events that wait. */
  readonly mostHeld: number;
}

/**
 * Where events come in, whoever tells them: each goes to the registry of its endpoint, as of when it happened. Those that came to the intake
 * before their endpoint is known or read wait for that; what is read, in a queue or a log, waits there.
 */
export class EventDesk {
  readonly #deps: DeskDeps;
  #isSaid = false;

  constructor(deps: DeskDeps) {
    this.#deps = deps;
  }

  /** Takes in what the intake is told, at once: it has just happened. */
  take(event: ConnectionEvent): Taken {
    const at = this.#deps.clock.now();
    const told = this.#post(INTAKE, event, at, at);
    if (told !== 'early') return toTaken(told);
    const { held, mostHeld } = this.#deps;
    if (held.size >= mostHeld) return 'over_capacity';
    if (!this.#isSaid) {
      this.#isSaid = true;
      this.#deps.logger.info('Events wait until the endpoints are known that they belong to', {
        at_most: mostHeld,
      });
    }
    held.push({ event, at });
    return 'accepted';
  }

  /** Takes in what a feed tells, which happened at that time, milliseconds since 1970; early while its endpoint may become known. */
  tell(feed: string, event: ConnectionEvent, at: number): Told | 'early' {
    const now = this.#deps.clock.now();
    return this.#post(feed, event, Math.min(at, now), now);
  }

  /** Takes in, in their order and as of when they came, the events whose endpoints are known by now. */
  release(): void {
    const { held } = this.#deps;
    let lost = 0;
    for (const { event, at } of held.takeAll()) {
      const told = this.#post(INTAKE, event, at, at);
      if (told === 'early') held.push({ event, at });
      else if (toTaken(told) !== 'accepted') lost += 1;
    }
    if (lost > 0)
      this.#deps.logger.warn(
        'Events that had to wait could not be taken in: they are of no endpoint, or too many connections are known',
        {
          events: lost,
        },
      );
  }

  #post(feed: string, event: ConnectionEvent, at: number, now: number): Told | 'early' {
    const { endpoints, registries, openedOf } = this.#deps;
    const endpoint = endpoints.route(feed, event);
    if (!endpoint) return endpoints.isComplete ? 'unroutable' : 'early';
    const opened = openedOf(endpoint.endpointId);
    if (!opened) return 'early';
    return opened.registry.take(event, at, registries.makeRoom, now);
  }
}

/** Who sends events is told no more than whether they were taken. */
function toTaken(told: Told): Taken {
  return told === 'duplicate' || told === 'too_old' ? 'accepted' : told;
}
