import { type Resolved, resolveAccounts, settle } from '../aws/accounts.ts';
import { knownAccountId, subjectOf, type Target } from '../aws/targets.ts';
import type { Clock } from '../core/clock.ts';
import { type Collector, type EndpointStatus, Stopped, type TargetStatus } from '../core/collector.ts';
import { toSentence } from '../core/error-text.ts';
import type { Family } from '../core/family.ts';
import { createFreshness, type Freshness } from '../core/freshness.ts';
import type { Scope } from '../core/scope.ts';
import { Early } from './early.ts';
import {
  failedTarget,
  failIfAny,
  noWayIn,
  outOfSight,
  type TargetResult,
  toStatus,
  toTargetView,
} from './outcomes.ts';
import type { Pass, Place, Poller, View } from './poller.ts';
import type { Published } from './published.ts';

interface PollingDeps<V extends View> {
  readonly clock: Clock;
  readonly published: Published<V>;
  readonly staleAfterMs: number;
}

/** What the targets that are done wait for the others, before they are published without them. */
const PATIENCE_MS = 10_000;

/** Polls the endpoints of all targets, and publishes each target when its pass ends: no target takes another down, or holds it up for long. */
export class PollingCollector<V extends View> implements Collector {
  readonly families: readonly Family[];
  readonly tables: Collector['tables'];
  readonly take: Collector['take'];
  readonly settle: Collector['settle'];
  readonly #clock: Clock;
  readonly #published: Published<V>;
  readonly #poller: Poller<V>;
  readonly #freshness: Freshness;
  /** Targets and accounts whose stored state has been published. */
  readonly #restored = new Set<string>();

  constructor({ clock, published, staleAfterMs }: PollingDeps<V>, poller: Poller<V>) {
    this.#clock = clock;
    this.#published = published;
    this.#poller = poller;
    this.#freshness = createFreshness(clock, staleAfterMs);
    const state = { views: () => published.views.values(), isFresh: this.#freshness.isFresh };
    this.families = poller.families(state);
    this.tables = poller.tables?.(state) ?? new Map();
    this.take = poller.events?.take;
    this.settle = poller.events?.settle;
  }

  async restore(): Promise<void> {
    const { targets } = this.#poller;
    const isReached = (place: Pick<Scope, 'accountId' | 'region'>) =>
      targets.some((target) => mayReach(target, place));
    await this.#poller.load();
    const kept = this.#poller.retain([...this.#views()]).filter(isReached);
    this.#published.replace(kept, this.#published.targets.filter(isReached));
    for (const target of targets) {
      const accountId = knownAccountId(target);
      if (accountId !== undefined) await this.#restore(target, accountId);
    }
  }

  async collect(signal: AbortSignal, publish: () => Promise<void>): Promise<void> {
    const { targets, accounts } = this.#poller;
    const pass = this.#poller.begin(signal);
    const resolved = resolveAccounts(accounts, targets, this.#clock, signal);
    await this.#restoreAll(resolved, publish);
    const done: TargetResult<V>[] = [];
    const underWay = new Set(targets);
    const early = new Early(this.#clock, PATIENCE_MS, async () => {
      if (signal.aborted) return;
      await this.#publishDone(done, underWay);
      await publish();
    });
    const all = resolved.map(async (account) => {
      const one = await account;
      const result = await this.#passTarget(pass, one, signal);
      if (result) done.push(result);
      underWay.delete(one.target);
      if (underWay.size > 0) early.ask();
    });
    await Promise.all(all).finally(() => {
      pass.end?.();
      return early.stop();
    });
    if (signal.reason instanceof Stopped) await this.#publishStopped(done, signal.reason);
    else await this.#publishAll(done);
  }

  status(): readonly TargetStatus[] {
    return toStatus(
      this.#published.targets,
      [...this.#views()],
      (view) => this.#toEndpointStatus(view),
      (view, target) => this.#isOf(view, target),
    );
  }

  nextChangeInMs(): number | undefined {
    return this.#freshness.nextChangeInMs(this.#views());
  }

  /** Never rejects: a target's trouble stays its own. Undefined when an earlier target polls what this one reaches. */
  async #passTarget(
    pass: Pass<V>,
    resolved: Resolved,
    signal: AbortSignal,
  ): Promise<TargetResult<V> | undefined> {
    const { faults } = this.#published;
    const { target, accountId, error } = resolved;
    const { region } = target;
    const subject = subjectOf(target);
    const fields = { target: target.name, account_id: accountId, region };
    const nothing = { target, accountId, outcome: { views: [], failed: 0, error } };
    if (error !== undefined) {
      if (signal.reason instanceof Stopped) return nothing;
      faults.fail(subject, noWayIn(resolved, error));
      const own = accountId === undefined ? [] : this.#viewsOf({ target, accountId, region });
      return { target, accountId, outcome: failedTarget(own, error) };
    }
    const place = { target, accountId, region };
    try {
      await this.#restore(target, accountId);
      const outcome = await pass.over(place, this.#viewsOf(place), resolved.polledBy);
      if (outcome) faults.succeed(subject, 'A target recovered', fields);
      return outcome && { target, accountId, outcome };
    } catch (err) {
      if (signal.reason instanceof Stopped) return nothing;
      const message = 'A target could not be polled';
      faults.fail(subject, { message, reason: toSentence(err), reasonField: 'err', fields });
      return { target, accountId, outcome: failedTarget(this.#viewsOf(place), err) };
    }
  }

  /** Publishes what is stored as soon as it is known whose it is; also without credentials, for what is stored of a known account is ours to show. */
  async #restoreAll(accounts: readonly Promise<Resolved>[], publish: () => Promise<void>): Promise<void> {
    let hasMore = false;
    const restored = accounts.map(async (account) => {
      const { target, accountId } = await account;
      if (accountId !== undefined && (await this.#restore(target, accountId))) hasMore = true;
    });
    await settle(restored, this.#clock);
    if (hasMore) await publish();
  }

  /** Takes up, once, what is stored of what a target reaches; whether there was anything. */
  async #restore(target: Target, accountId: string): Promise<boolean> {
    const key = JSON.stringify([target.name, target.region, accountId]);
    if (this.#restored.has(key)) return false;
    this.#restored.add(key);
    const stored = await this.#poller.stored({ target, accountId, region: target.region });
    const before = this.#published.views.size;
    this.#published.replace([...stored, ...this.#views()]);
    return this.#published.views.size > before;
  }

  /** Publishes the targets that are done; one that failed waits for those that may yet do better in its account and region. */
  async #publishDone(done: readonly TargetResult<V>[], underWay: ReadonlySet<Target>): Promise<void> {
    const { accounts } = this.#poller;
    const mayDoBetter = (accountId: string, region: string) =>
      [...underWay].some(
        (other) => other.region === region && (accounts.knownAccount(other) ?? accountId) === accountId,
      );
    const places = done.flatMap((result) => {
      const { target, accountId } = result;
      if (accountId === undefined || (!isWhole(result) && mayDoBetter(accountId, target.region))) return [];
      return [{ result, name: target.name, accountId, region: target.region }];
    });
    const ready = places.map(({ result }) => result);
    const isReady = ({ accountId, region }: Scope) =>
      places.some((place) => place.accountId === accountId && place.region === region);
    const views = await this.#poller.save(viewsOf(ready), isReady);
    const rest = [...this.#views()].filter((view) => !places.some((place) => this.#isOf(view, place)));
    const others = this.#published.targets.filter(
      (one) => !places.some(({ name, region }) => one.name === name && one.region === region),
    );
    this.#published.faults.say();
    this.#published.replace([...rest, ...views], [...others, ...ready.map(toTargetView)]);
  }

  /** Publishes what a pass did that was broken off; what it did not finish stays as it was. */
  async #publishStopped(done: readonly TargetResult<V>[], reason: Stopped): Promise<never> {
    const views = await this.#poller.save(viewsOf(done), () => true);
    const good = views.filter(({ up }) => up !== false);
    this.#published.replace([...this.#views(), ...good]);
    this.#published.faults.discard();
    throw reason;
  }

  async #publishAll(results: readonly TargetResult<V>[]): Promise<void> {
    const { targets } = this.#poller;
    // In the order of the configuration, whichever was done first.
    const sorted = results.toSorted((a, b) => targets.indexOf(a.target) - targets.indexOf(b.target));
    const saved = await this.#poller.save(viewsOf(sorted), () => true);
    const views = [...outOfSight(this.#views(), sorted), ...saved];
    const nowhere = this.#poller.nowhere?.(views) ?? [];
    this.#published.faults.say();
    this.#published.replace([...views, ...nowhere], sorted.map(toTargetView));
    failIfAny(
      sorted.map(({ outcome }) => outcome),
      nowhere.length,
    );
  }

  #toEndpointStatus(view: V): EndpointStatus {
    const { endpointId, name, up, error, lastSuccessAt, last } = view;
    const stale = last !== undefined && !this.#freshness.isFresh(last);
    const shown = this.#poller.shows(stale ? undefined : last);
    return { endpointId, name, up, error, lastSuccessAt, stale, ...shown };
  }

  #viewsOf({ target, accountId, region }: Place): readonly V[] {
    return [...this.#views()].filter((view) => this.#isOf(view, { name: target.name, accountId, region }));
  }

  #isOf(view: V, { name, accountId, region }: Pick<TargetStatus, 'name' | 'accountId' | 'region'>): boolean {
    const { isOf } = this.#poller;
    const isThere = view.accountId === accountId && view.region === region;
    return isThere && (isOf === undefined || (name !== undefined && isOf(view, { name })));
  }

  #views(): Iterable<V> {
    return this.#published.views.values();
  }
}

/** The views of several targets; a target without credentials may share its account and region with one that has them, and what that one saw counts. */
function viewsOf<V>(results: readonly TargetResult<V>[]): readonly V[] {
  return results
    .toSorted((a, b) => Number(isWhole(a)) - Number(isWhole(b)))
    .flatMap(({ outcome }) => outcome.views);
}

function mayReach(target: Target, { accountId, region }: Pick<Scope, 'accountId' | 'region'>): boolean {
  return target.region === region && (knownAccountId(target) ?? accountId) === accountId;
}

function isWhole({ outcome: { error } }: TargetResult<unknown>): boolean {
  return error === undefined;
}
