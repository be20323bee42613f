import { type Resolved, resolveAccounts, waitForAll } from '../aws/accounts.ts';
import { knownAccountId, subjectOf, type Target } from '../aws/targets.ts';
import type { Clock } from '../core/clock.ts';
import { type Collector, type EndpointStatus, Stopped, type TargetStatus } from '../core/collector.ts';
import { toSentence } from '../core/error-text.ts';
import type { Family } from '../core/family.ts';
import { createFreshness, type Freshness } from '../core/freshness.ts';
import type { Scope } from '../core/scope.ts';
import { Early } from './early.ts';
import { failedTarget, noWayIn, type TargetResult, toStatus } from './outcomes.ts';
import type { Pass, Poller, View } from './poller.ts';
import type { Published } from './published.ts';
import { Publishing } from './publishing.ts';

interface PollingDeps<V extends View> {
  readonly clock: Clock;
  readonly state: { readonly published: Published<V> };
  readonly options: { readonly staleAfterMs: number };
}

/** What the targets that are done wait for the others, before they are published without them. */
const PATIENCE_MS = 10_000;

/** Polls the endpoints of all targets, and publishes each target when its pass ends: no target takes another down, or holds it up for long. */
export class PollingCollector<V extends View> implements Collector {
  readonly families: readonly Family[];
  readonly tables: Collector['tables'];
  readonly take: Collector['take'];
  readonly flush: Collector['flush'];
  readonly follow: Collector['follow'];
  readonly sources: Collector['sources'];
  readonly #clock: Clock;
  readonly #published: Published<V>;
  readonly #poller: Poller<V>;
  readonly #publishing: Publishing<V>;
  readonly #freshness: Freshness;
  /** Targets and accounts whose stored state has been published. */
  readonly #restored = new Set<string>();

  constructor({ clock, state: { published }, options }: PollingDeps<V>, poller: Poller<V>) {
    this.#clock = clock;
    this.#published = published;
    this.#poller = poller;
    this.#publishing = new Publishing(poller, published);
    this.#freshness = createFreshness(clock, options.staleAfterMs);
    const state = { views: () => published.views.values(), isFresh: this.#freshness.isFresh };
    this.families = poller.families(state);
    this.tables = poller.tables?.(state) ?? new Map();
    this.take = poller.events?.take;
    this.flush = poller.events?.flush;
    this.follow = poller.events?.follow;
    this.sources = poller.events?.sources;
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
      await this.#publishing.done(done, underWay);
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
    if (signal.reason instanceof Stopped) await this.#publishing.stopped(done, signal.reason);
    else await this.#publishing.all(done);
  }

  status(): readonly TargetStatus[] {
    return toStatus(
      this.#published.targets,
      [...this.#views()],
      (view) => this.#toEndpointStatus(view),
      (view, target) => this.#publishing.isOf(view, target),
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
      const own = accountId === undefined ? [] : this.#publishing.viewsOf({ target, accountId, region });
      return { target, accountId, outcome: failedTarget(own, error) };
    }
    const place = { target, accountId, region };
    try {
      await this.#restore(target, accountId);
      const outcome = await pass.over(place, this.#publishing.viewsOf(place), resolved.polledBy);
      if (outcome) {
        faults.succeed(subject, 'A target recovered', fields);
        return { target, accountId, outcome };
      }
      faults.warnOnce(
        `duplicate ${subject}`,
        'Two targets reach the same account and region; it is polled once, by the first',
        { target: target.name, polled_by: resolved.polledBy?.name, account_id: accountId, region },
      );
      return undefined;
    } catch (err) {
      if (signal.reason instanceof Stopped) return nothing;
      const message = 'A target could not be polled';
      faults.fail(subject, { message, reason: toSentence(err), reasonField: 'err', fields });
      return { target, accountId, outcome: failedTarget(this.#publishing.viewsOf(place), err) };
    }
  }

  /** Publishes what is stored as soon as it is known whose it is; also without credentials, for what is stored of a known account is ours to show. */
  async #restoreAll(accounts: readonly Promise<Resolved>[], publish: () => Promise<void>): Promise<void> {
    let hasMore = false;
    const restored = accounts.map(async (account) => {
      const { target, accountId } = await account;
      if (accountId !== undefined && (await this.#restore(target, accountId))) hasMore = true;
    });
    await waitForAll(restored, this.#clock);
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

  #toEndpointStatus(view: V): EndpointStatus {
    const { endpointId, name, up, error, lastSuccessAt, last } = view;
    const stale = last !== undefined && !this.#freshness.isFresh(last);
    const shown = this.#poller.shows(stale ? undefined : last);
    return { endpointId, name, up, error, lastSuccessAt, stale, ...shown };
  }

  #views(): Iterable<V> {
    return this.#published.views.values();
  }
}

function mayReach(target: Target, { accountId, region }: Pick<Scope, 'accountId' | 'region'>): boolean {
  return target.region === region && (knownAccountId(target) ?? accountId) === accountId;
}
