import type { Aws } from '../../aws/clients.ts';
import { knownAccountId, type Target } from '../../aws/targets.ts';
import type { Collector, EndpointStatus } from '../../core/collector.ts';
import type { Family } from '../../core/family.ts';
import { scopeKey } from '../../core/scope.ts';
import { PollingCollector } from '../../polling/collector.ts';
import type { Deps } from '../../polling/domain.ts';
import type { Readable } from '../../polling/families.ts';
import type { TargetOutcome } from '../../polling/outcomes.ts';
import type { Pass, Place, Poller } from '../../polling/poller.ts';
import { registryKey } from './endpoint.ts';
import { Endpoints } from './endpoints.ts';
import { createDeadlines, type Deadlines } from './estimate/deadlines.ts';
import { passTarget } from './estimate/target-pass.ts';
import { EventDesk } from './events/event-desk.ts';
import { createFamilies } from './families.ts';
import { Feeds } from './feeds/feeds.ts';
import { ObservedReaders } from './ids/observed-readers.ts';
import { NAME } from './name.ts';
import type { PassDeps, PassOptions } from './pass-options.ts';
import { OpenedRegistries } from './registry/opened-registries.ts';
import { createReaders, isFollowed, targetsOf } from './settings.ts';
import type { Source } from './source.ts';
import { type Counters, countersOf, type LastPass, type State, type View } from './state.ts';
import { toShown } from './status.ts';

/** What a collector is made of. */
interface PollerDeps extends Deps {
  readonly targets: readonly Target[];
  readonly aws: Pick<Aws, 'dynamoDb' | 'logs' | 'sqs'>;
  readonly source: Source;
  readonly state: State;
  readonly options: PassOptions;
}

const LONGEST_TEXT = 80;
/** More events than come in the seconds that a discovery takes; those of hours wait in vain. */
export const MOST_HELD = 10_000;
/** Where no pass comes by, for AWS cannot be asked, the dead would never make room. */
const AGE_EVERY_MS = 60_000;

/** A collector of these targets, on state that outlives it. */
export function createCollector(deps: PollerDeps): Collector {
  return new PollingCollector(deps, new WebsocketPoller(deps));
}

/** Looks up a sample of the known connection ids of every endpoint of a place, and takes in events between passes. */
class WebsocketPoller implements Poller<View> {
  readonly accounts: Source;
  readonly targets: readonly Target[];
  readonly events: NonNullable<Poller<View>['events']>;
  readonly #deps: PollerDeps;
  readonly #passDeps: PassDeps;
  readonly #endpoints: Endpoints;
  readonly #desk: EventDesk;
  readonly #opened: OpenedRegistries;
  readonly #feeds: Feeds;
  /** When what events told was last aged, on the monotonic clock. */
  #agedAt = Number.NEGATIVE_INFINITY;
  #isAging = false;

  constructor(deps: PollerDeps) {
    this.#deps = deps;
    this.accounts = deps.source;
    this.targets = targetsOf(deps.options, deps.targets);
    const listings = new ObservedReaders(
      deps.clock,
      createReaders(deps.aws, deps.clock, ({ endpointId }, field, text) =>
        this.#reject(endpointId, field, text),
      ),
    );
    this.#passDeps = {
      ...deps,
      open: (endpoint) => this.#opened.open(endpoint),
      readerOf: (endpoint) => listings.readerOf(endpoint) ?? this.#feeds.readerOf(endpoint),
    };
    const { registries, held, discovered } = deps.state;
    const faults = this.#faults;
    this.#opened = new OpenedRegistries({ ...deps, registries, faults, onOpen: () => this.#desk.release() });
    this.#endpoints = new Endpoints(deps.options, { ...deps, discovered, faults }, this.targets);
    this.#desk = new EventDesk({
      ...deps,
      endpoints: this.#endpoints,
      registries,
      held,
      openedOf: (endpointId) => this.#opened.of(endpointId),
      mostHeld: Math.min(MOST_HELD, deps.options.maxConnections),
    });
    this.#feeds = new Feeds({
      ...deps,
      faults,
      endpoints: () => this.#known(),
      open: this.#passDeps.open,
      tell: (feed, event, at) => this.#desk.tell(feed, event, at),
      endpointOf: (feed, place) => this.#endpoints.route(feed, place)?.endpointId,
      save: async () => {
        await registries.flush();
        return !registries.isRefused;
      },
      positionOf: (feed) => deps.state.positionOf(feed),
    });
    this.events = {
      take: (event) => this.#desk.take(event),
      flush: () => this.#flush(),
      ...(isFollowed(deps.options) && { follow: (signal) => this.#feeds.follow(signal) }),
      sources: () => [...this.#feeds.sources(), ...listings.sources(this.#known())],
    };
  }

  families(state: Readable<View, LastPass>): readonly Family[] {
    return createFamilies(state);
  }

  shows(last: LastPass | undefined): Pick<EndpointStatus, 'connections' | 'estimated'> {
    return toShown(last);
  }

  async load(): Promise<void> {
    const { state, options } = this.#deps;
    state.registries.maxConnections = options.maxConnections;
    await this.#endpoints.load();
    await state.held.load();
    await this.#opened.openOnly(this.#known());
    this.#desk.release();
  }

  /** Ids from another source are another matter. */
  retain(views: readonly View[]): readonly View[] {
    const endpoints = new Map(this.#known().map((one) => [JSON.stringify(registryKey(one)), one]));
    return views.flatMap((view) => {
      const endpoint = endpoints.get(JSON.stringify(registryKey(view.endpoint)));
      const isThere =
        endpoint?.target.region === view.region &&
        (knownAccountId(endpoint.target) ?? view.accountId) === view.accountId;
      return endpoint && isThere ? [{ ...view, name: endpoint.name, endpoint }] : [];
    });
  }

  async stored({ target, accountId, region }: Place): Promise<readonly View[]> {
    const nothing = { up: undefined, error: undefined, last: undefined, lastSuccessAt: undefined };
    return this.#endpoints.of(target).flatMap((endpoint): View[] => {
      const { endpointId, name } = endpoint;
      const opened = this.#opened.of(endpointId);
      return opened
        ? [{ accountId, region, endpointId, name, ...nothing, endpoint, counters: countersOf(opened) }]
        : [];
    });
  }

  begin(signal: AbortSignal): Pass<View> {
    const deadlines = createDeadlines(this.#deps.clock, this.#deps.options.timeoutMs, signal);
    return {
      over: (place, before, polledBy) => this.#passTarget(place, before, polledBy, deadlines, signal),
      end: () => deadlines.cancel(),
    };
  }

  async save(views: readonly View[]): Promise<readonly View[]> {
    // As of now: events went on coming in, and what is published already must not fall.
    const asOfNow = views.map((view) => this.#opened.withCounters(view));
    await this.#deps.state.registries.flush();
    return asOfNow;
  }

  isOf({ endpoint }: View, { name }: Pick<Target, 'name'>): boolean {
    return endpoint.target.name === name;
  }

  async #passTarget(
    { target, accountId, region }: Place,
    before: readonly View[],
    polledBy: Target | undefined,
    deadlines: Deadlines,
    signal: AbortSignal,
  ): Promise<TargetOutcome<View>> {
    // Of two targets that reach the same account and region the first discovers; named endpoints are their own.
    this.#endpoints.leaveOut(target, polledBy !== undefined);
    if (polledBy) this.#warnTwice(accountId, target, polledBy);
    const endpointsBefore = this.#endpoints.of(target);
    const error = await this.#endpoints.refresh(target, deadlines.discovery, signal);
    const endpoints = this.#endpoints.of(target);
    await this.#opened.retire(endpointsBefore, endpoints);
    // Who cannot be opened says so in its own pass.
    await Promise.allSettled(endpoints.map((endpoint) => this.#opened.open(endpoint)));
    const place = {
      accountId,
      region,
      previous: new Map(before.map((view) => [scopeKey(view), view])),
      error,
    };
    return passTarget(place, endpoints, this.#deps.options, this.#passDeps, deadlines, signal);
  }

  async #flush(): Promise<boolean> {
    const { state, clock } = this.#deps;
    if (!this.#isAging && clock.monotonic() - this.#agedAt >= AGE_EVERY_MS) {
      this.#isAging = true;
      this.#agedAt = clock.monotonic();
      // Not waited for: of many connections it takes seconds, in which what came in would not be saved.
      void this.#opened.age(clock.now()).finally(() => {
        this.#isAging = false;
      });
    }
    const counters = new Map<View, Counters | undefined>();
    let isChanged = false;
    for (const view of state.published.views.values()) {
      const now = this.#opened.withCounters(view).counters;
      counters.set(view, now);
      if (now?.opened !== view.counters?.opened || now?.closed !== view.counters?.closed) isChanged = true;
    }
    // On disk before anyone sees them: no counter falls after a crash.
    await state.registries.flush();
    // Only then: what was held may just have been taken in, and must be on disk in one place or the other.
    if (!state.registries.isRefused) await state.held.save();
    if (!isChanged) return false;
    // What a pass published meanwhile is newer.
    const views = [...state.published.views.values()].map((view) =>
      counters.has(view) ? { ...view, counters: counters.get(view) } : view,
    );
    state.published.replace(views);
    return true;
  }

  #reject(endpointId: string, field: string, text: string | undefined): void {
    this.#deps.rejected.add({ collector: NAME, field });
    const message = `A value from a source of connection ids was rejected: ${field} (said once per endpoint)`;
    this.#faults.warnOnce(`${endpointId} ${message}`, message, {
      endpoint_id: endpointId,
      ...(text === undefined ? {} : { value: text.slice(0, LONGEST_TEXT) }),
    });
  }

  #warnTwice(accountId: string, { name, region }: Target, polledBy: Target): void {
    if (!this.#deps.options.discoverOrigin) return;
    const message =
      'Two targets reach the same account and region; its APIs are discovered once, by one of them';
    const fields = { target: name, polled_by: polledBy.name, region };
    this.#faults.warnOnce(`twice ${accountId} ${region}`, message, fields);
  }

  /** Every endpoint, as it is known now. */
  #known() {
    return this.targets.flatMap((target) => this.#endpoints.of(target));
  }

  get #faults() {
    return this.#deps.state.published.faults;
  }
}
