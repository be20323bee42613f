import { inSteps } from '../../../core/clock.ts';
import { toSentence } from '../../../core/error-text.ts';
import type { FaultLog } from '../../../core/fault-log.ts';
import type { Logger } from '../../../core/logger.ts';
import { type Endpoint, registryKey } from '../endpoint.ts';
import { countersOf, type View } from '../state.ts';
import type { OpenedRegistry, Registries } from './registries.ts';

/** What registries are opened with. */
export interface OpenedDeps {
  readonly registries: Registries;
  readonly logger: Logger;
  readonly faults: FaultLog;
  /** Called each time an endpoint's registry has been opened. */
  readonly onOpen: () => void;
}

/** The registries of the endpoints of one configuration, by endpoint id; an endpoint has none while what is kept of it cannot be read. */
export class OpenedRegistries {
  readonly #deps: OpenedDeps;
  readonly #opened = new Map<string, OpenedRegistry>();

  constructor(deps: OpenedDeps) {
    this.#deps = deps;
  }

  /** The registry of an endpoint, if it has been opened. */
  of(endpointId: string): OpenedRegistry | undefined {
    return this.#opened.get(endpointId);
  }

  /** Opens the registry of an endpoint; rejects when it is on disk and cannot be read. */
  async open(endpoint: Endpoint): Promise<OpenedRegistry> {
    const opened = await this.#deps.registries.open(registryKey(endpoint));
    this.#opened.set(endpoint.endpointId, opened);
    this.#deps.onOpen();
    return opened;
  }

  /** Opens the registries of these endpoints, and has all others put away: they wait on disk. Never rejects. */
  async openOnly(endpoints: readonly Endpoint[]): Promise<void> {
    for (const endpoint of endpoints) {
      await this.open(endpoint).catch((err: unknown) => {
        const message =
          'The known connections of a WebSocket endpoint cannot be read; it is tried again in each pass';
        this.#deps.logger.error(message, { endpoint_id: endpoint.endpointId, err });
      });
    }
    // Not waited for: it may have to wait for the disk.
    void this.#deps.registries.putAway(endpoints.map(registryKey));
  }

  /** Forgets endpoints that ceased to exist, and removes what was kept of them. */
  async retire(before: readonly Endpoint[], now: readonly Endpoint[]): Promise<void> {
    const { registries, logger, faults } = this.#deps;
    for (const { endpointId } of before) {
      if (now.some((one) => one.endpointId === endpointId)) continue;
      faults.forget(endpointId);
      faults.happen(endpointId, 'A WebSocket endpoint ceased to exist', { endpoint_id: endpointId });
      const opened = this.#opened.get(endpointId);
      this.#opened.delete(endpointId);
      if (!opened) continue;
      await registries.remove(opened).catch((err: unknown) => {
        logger.warn('What was kept of a WebSocket endpoint stays on disk', { reason: toSentence(err) });
      });
    }
  }

  /** A view with its counters as of now. */
  withCounters(view: View): View {
    const opened = this.#opened.get(view.endpointId);
    return opened ? { ...view, counters: countersOf(opened) } : view;
  }

  /** Lets time pass for what events are told of, also where no pass comes by. */
  async age(now: number): Promise<void> {
    for (const { registry } of this.#opened.values()) {
      if (registry.kind !== 'listing') await inSteps(registry.aging(now));
    }
  }
}
