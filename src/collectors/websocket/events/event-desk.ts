import type { Clock } from '../../../core/clock.ts';
import type { Logger } from '../../../core/logger.ts';
import type { ConnectionEvent, Taken } from '../../../core/websocket-event.ts';
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

/** Where events come in: each goes to the registry of its endpoint; those that came before it is known or read wait for that. */
export class EventDesk {
  readonly #deps: DeskDeps;
  #isSaid = false;

  constructor(deps: DeskDeps) {
    this.#deps = deps;
  }

  /** Takes an event in, at once. */
  take(event: ConnectionEvent): Taken {
    const at = this.#deps.clock.now();
    const taken = this.#post(event, at);
    if (taken !== 'early') return taken;
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

  /** Takes in, in their order and as of when they came, the events whose endpoints are known by now. */
  release(): void {
    const { held } = this.#deps;
    let lost = 0;
    for (const { event, at } of held.takeAll()) {
      const taken = this.#post(event, at);
      if (taken === 'early') held.push({ event, at });
      else if (taken !== 'accepted') lost += 1;
    }
    if (lost > 0)
      this.#deps.logger.warn(
        'Events that had to wait could not be taken in: they are of no endpoint, or too many connections are known',
        {
          events: lost,
        },
      );
  }

  #post(event: ConnectionEvent, at: number): Taken | 'early' {
    const { endpoints, registries, openedOf } = this.#deps;
    const endpoint = endpoints.route(event);
    if (!endpoint) return endpoints.isComplete ? 'unroutable' : 'early';
    const opened = openedOf(endpoint.endpointId);
    if (!opened) return 'early';
    return opened.registry.take(event, at, registries.makeRoom) ? 'accepted' : 'over_capacity';
  }
}
