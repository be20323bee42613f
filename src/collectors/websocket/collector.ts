import { type Resolved, resolveAccounts, settle } from '../../aws/accounts.ts';
import type { Aws } from '../../aws/clients.ts';
import { knownAccountId, subjectOf, type Target } from '../../aws/targets.ts';
import { type Collector, Stopped, type TargetStatus } from '../../core/collector.ts';
import type { ConnectionEvent, Taken } from '../../core/connection-event.ts';
import { toSentence } from '../../core/error-text.ts';
import type { Family } from '../../core/family.ts';
import { createFreshness, type Freshness } from '../../core/freshness.ts';
import { byScope, scopeKey } from '../../core/scope.ts';
import type { Deps, Place } from '../domain.ts';
import {
  failedTarget,
  failIfAny,
  noWayIn,
  outOfSight,
  type TargetResult,
  toStatus,
  toTargetView,
  withoutCredentials,
} from '../outcomes.ts';
import { createDeadlines, type Deadlines } from './deadlines.ts';
import { type Endpoint, registryKey } from './endpoint.ts';
import { Endpoints } from './endpoints.ts';
import { EventDesk } from './event-desk.ts';
import { createFamilies } from './families.ts';
import { Keepers } from './keepers.ts';
import { NAME } from './name.ts';
import type { PassDeps, PassOptions } from './pass-options.ts';
import { createListings, targetsOf } from './settings.ts';
import type { Source } from './source.ts';
import { type Counters, countersOf, type State, type View } from './state.ts';
import { toEndpointStatus } from './status.ts';
import { passTarget } from './target-pass.ts';

/** What the collector is made of. */
export interface CollectorDeps extends Deps {
  readonly targets: readonly Target[];
  readonly aws: Pick<Aws, 'dynamoDb'>;
  readonly source: Source;
  readonly state: State;
  readonly options: PassOptions;
}

const LONGEST_TEXT = 80;
/** More events than come in the seconds that a discovery takes; those of hours wait in vain. */
const MOST_HELD = 10_000;
/** Where no pass comes by, for AWS cannot be asked, the dead would never make room. */
const AGE_EVERY_MS = 60_000;

/** Looks up a sample of the known connection ids of every endpoint, and publishes how many are alive when the pass ends. */
export class WebsocketCollector implements Collector {
  readonly families: readonly Family[];
  readonly tables: Collector['tables'] = new Map();
  readonly #deps: CollectorDeps;
  readonly #passDeps: PassDeps;
  readonly #targets: readonly Target[];
  readonly #endpoints: Endpoints;
  readonly #desk: EventDesk;
  readonly #freshness: Freshness;
  readonly #keepers: Keepers;
  /** When what events told was last aged, on the monotonic clock. */
  #agedAt = Number.NEGATIVE_INFINITY;
  #isAging = false;
  /** When the pass under way began, on the monotonic clock. */
  #beganAt: number | undefined;
  #accounts: readonly Promise<Resolved>[] | undefined;

  constructor(deps: CollectorDeps) {
    this.#deps = deps;
    this.#targets = targetsOf(deps.options, deps.targets);
    this.#freshness = createFreshness(deps.clock, deps.options.staleAfterMs);
    this.#passDeps = {
      ...deps,
      open: (endpoint) => this.#keepers.open(endpoint),
      listingOf: createListings(deps.aws, deps.clock, ({ endpointId }, field, text) =>
        this.#reject(endpointId, field, text),
      ),
    };
    const { registries, held, discovered, faults } = deps.state;
    this.#keepers = new Keepers({ ...deps, registries, faults, onOpen: () => this.#desk.release() });
    this.#endpoints = new Endpoints(deps.options, { ...deps, discovered, faults }, this.#targets);
    this.#desk = new EventDesk({
      ...deps,
      endpoints: this.#endpoints,
      registries,
      held,
      keeperOf: (endpointId) => this.#keepers.of(endpointId),
      mostHeld: Math.min(MOST_HELD, deps.options.maxConnections),
    });
    this.families = createFamilies({ views: () => this.#views(), isFresh: this.#freshness.isFresh });
  }

  async restore(): Promise<void> {
    const { state, options } = this.#deps;
    state.registries.maxConnections = options.maxConnections;
    await this.#endpoints.load();
    const endpoints = this.#targets.flatMap((target) => this.#endpoints.of(target));
    await state.held.load();
    await this.#keepers.openOnly(endpoints);
    this.#desk.release();
    const { views, targets } = state.published;
    const kept = [...views.values()].flatMap((view) => {
      const endpoint = endpoints.find((one) => isKept(view, one));
      return endpoint ? [{ ...view, endpoint }] : [];
    });
    const isAsked = (place: Pick<Place, 'accountId' | 'region'>) =>
      this.#targets.some((target) => reaches(target, place));
    state.publish({ views: byScope(kept), targets: targets.filter(isAsked) });
    for (const target of this.#targets) {
      const accountId = knownAccountId(target);
      if (accountId !== undefined) this.#restoreTarget(target, accountId);
    }
  }

  async prepare(signal: AbortSignal): Promise<boolean> {
    const { source, clock } = this.#deps;
    this.#beganAt = clock.monotonic();
    const accounts = resolveAccounts(source, this.#targets, clock, signal);
    this.#accounts = accounts;
    let hasMore = false;
    const restored = accounts.map(async (account) => {
      const { target, accountId } = await account;
      if (accountId !== undefined && this.#restoreTarget(target, accountId)) hasMore = true;
    });
    await settle(restored, clock);
    return hasMore;
  }

  async collect(signal: AbortSignal): Promise<void> {
    const { source, clock, state, options } = this.#deps;
    const accounts = this.#accounts ?? resolveAccounts(source, this.#targets, clock, signal);
    this.#accounts = undefined;
    const spentMs = clock.monotonic() - (this.#beganAt ?? clock.monotonic());
    this.#beganAt = undefined;
    const deadlines = createDeadlines(clock, options.timeoutMs, spentMs, signal);
    const results = await Promise.all(
      accounts.map(async (account) => this.#passTarget(await account, deadlines, signal)),
    ).finally(() => deadlines.cancel());
    // As of now: events went on coming in, and what is published already must not fall.
    const passed = results
      .flatMap(({ outcome }) => outcome.views)
      .map((view) => this.#keepers.withCounters(view));
    await state.registries.flush();
    if (signal.reason instanceof Stopped) {
      state.faults.discard();
      throw signal.reason;
    }
    state.faults.say();
    const views = byScope([...outOfSight(this.#views(), results), ...passed]);
    state.publish({ views, targets: results.map(toTargetView) });
    failIfAny(results.map(({ outcome }) => outcome));
  }

  take(event: ConnectionEvent): Taken {
    return this.#desk.take(event);
  }

  async settle(): Promise<boolean> {
    const { state, clock } = this.#deps;
    if (!this.#isAging && clock.monotonic() - this.#agedAt >= AGE_EVERY_MS) {
      this.#isAging = true;
      this.#agedAt = clock.monotonic();
      // Not waited for: of many connections it takes seconds, in which what came in would not be saved.
      void this.#keepers.age(clock.now()).finally(() => {
        this.#isAging = false;
      });
    }
    const counters = new Map<View, Counters | undefined>();
    let isChanged = false;
    for (const view of this.#views()) {
      const now = this.#keepers.withCounters(view).counters;
      counters.set(view, now);
      if (now?.opened !== view.counters?.opened || now?.closed !== view.counters?.closed) isChanged = true;
    }
    // On disk before anyone sees them: no counter falls after a crash.
    await state.registries.flush();
    // Only then: what was held may just have been taken in, and must be on disk in one place or the other.
    if (!state.registries.isRefused) await state.held.save();
    if (!isChanged) return false;
    // What a pass published meanwhile is newer.
    const views = [...this.#views()].map((view) =>
      counters.has(view) ? { ...view, counters: counters.get(view) } : view,
    );
    state.publish({ ...state.published, views: byScope(views) });
    return true;
  }

  status(): readonly TargetStatus[] {
    const { isFresh } = this.#freshness;
    // By name: two targets may reach the same account and region, each with endpoints of its own.
    return toStatus(
      this.#deps.state.published.targets,
      [...this.#views()],
      (view) => toEndpointStatus(view, isFresh),
      ({ endpoint: { target } }, { name, region }) => target.name === name && target.region === region,
    );
  }

  nextChangeInMs(): number | undefined {
    return this.#freshness.nextChangeInMs(this.#views());
  }

  /** Never rejects: a target's trouble stays its own. */
  async #passTarget(
    resolved: Resolved,
    deadlines: Deadlines,
    signal: AbortSignal,
  ): Promise<TargetResult<View>> {
    const { options, state } = this.#deps;
    const { faults } = state;
    const { target, accountId, error } = resolved;
    const subject = subjectOf(target);
    const fields = { target: target.name, region: target.region };
    if (error !== undefined) {
      faults.fail(subject, noWayIn(resolved, error, 'its endpoints are not looked at'));
      return withoutCredentials(resolved, error, this.#viewsOf(target));
    }
    this.#restoreTarget(target, accountId);
    try {
      // Of two targets that reach the same account and region the first discovers; named endpoints are their own.
      this.#endpoints.leaveOut(target, resolved.polledBy !== undefined);
      if (resolved.polledBy) this.#warnTwice(accountId, target, resolved.polledBy);
      const before = this.#endpoints.of(target);
      const failure = await this.#endpoints.refresh(target, deadlines.discovery, signal);
      const endpoints = this.#endpoints.of(target);
      await this.#keepers.retire(before, endpoints);
      // Who cannot be opened says so in its own pass.
      await Promise.allSettled(endpoints.map((endpoint) => this.#keepers.open(endpoint)));
      const place = { target, accountId, error: failure };
      const outcome = await passTarget(place, endpoints, options, this.#passDeps, deadlines, signal);
      faults.succeed(subject, 'A target recovered', { ...fields, account_id: accountId });
      return { target, accountId, outcome };
    } catch (err) {
      const message = 'A target could not be looked at';
      const where = { ...fields, account_id: accountId };
      faults.fail(subject, { message, reason: toSentence(err), reasonField: 'err', fields: where });
      const place = { accountId, region: target.region };
      return { target, accountId, outcome: failedTarget(this.#viewsOf(target), place, err) };
    }
  }

  /** Publishes what is kept of a target's endpoints as soon as it is known where they are; whether there was anything new. */
  #restoreTarget(target: Target, accountId: string): boolean {
    const { state } = this.#deps;
    const { published } = state;
    const views = this.#endpoints.of(target).flatMap((endpoint): View[] => {
      const scope = { accountId, region: target.region, endpointId: endpoint.endpointId };
      const keeper = this.#keepers.of(endpoint.endpointId);
      if (!keeper || published.views.has(scopeKey(scope))) return [];
      const nothing = { up: undefined, error: undefined, last: undefined, lastSuccessAt: undefined };
      return [{ ...scope, ...nothing, endpoint, counters: countersOf(keeper) }];
    });
    if (views.length > 0)
      state.publish({ ...published, views: byScope([...published.views.values(), ...views]) });
    return views.length > 0;
  }

  #reject(endpointId: string, field: string, text: string | undefined): void {
    this.#deps.rejected.add({ collector: NAME, field });
    const message = `A value from a source of connection ids was rejected: ${field} (said once per endpoint)`;
    this.#deps.state.faults.warnOnce(`${endpointId} ${message}`, message, {
      endpoint_id: endpointId,
      ...(text === undefined ? {} : { value: text.slice(0, LONGEST_TEXT) }),
    });
  }

  #warnTwice(accountId: string, { name, region }: Target, polledBy: Target): void {
    if (!this.#deps.options.discoverSource) return;
    const message =
      'Two targets reach the same account and region; its APIs are discovered once, by one of them';
    const fields = { target: name, polled_by: polledBy.name, region };
    this.#deps.state.faults.warnOnce(`twice ${accountId} ${region}`, message, fields);
  }

  /** By name: two targets may reach the same account and region, each with endpoints of its own. */
  #viewsOf({ name }: Target): readonly View[] {
    return [...this.#views()].filter(({ endpoint }) => endpoint.target.name === name);
  }

  #views(): Iterable<View> {
    return this.#deps.state.published.views.values();
  }
}

/** Whether what is published is of this endpoint still: ids from another source are another matter. */
function isKept(view: View, endpoint: Endpoint): boolean {
  const isSameKey = JSON.stringify(registryKey(view.endpoint)) === JSON.stringify(registryKey(endpoint));
  return isSameKey && reaches(endpoint.target, view);
}

function reaches(target: Target, { accountId, region }: Pick<Place, 'accountId' | 'region'>): boolean {
  return target.region === region && (knownAccountId(target) ?? accountId) === accountId;
}
