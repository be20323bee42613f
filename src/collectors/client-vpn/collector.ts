import { type Resolved, resolveAccounts, settle } from '../../aws/accounts.ts';
import { knownAccountId, subjectOf, type Target } from '../../aws/targets.ts';
import { type Collector, Stopped, type TargetStatus } from '../../core/collector.ts';
import { toSentence } from '../../core/error-text.ts';
import type { Family } from '../../core/family.ts';
import { createFreshness, type Freshness } from '../../core/freshness.ts';
import { byScope, type Scope } from '../../core/scope.ts';
import type { Deps } from '../domain.ts';
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
import type { Place } from './books.ts';
import { createFamilies } from './families.ts';
import { NAME } from './name.ts';
import { namedNowhere } from './outcomes.ts';
import type { PassDeps, PassOptions } from './pass-options.ts';
import { COUNTERS, TIMES } from './record.ts';
import { retained, storedViews } from './restore.ts';
import type { Source } from './source.ts';
import type { State, View } from './state.ts';
import { toEndpointStatus } from './status.ts';
import { toTable } from './table.ts';
import { passTarget } from './target-pass.ts';

/** What the collector is made of; what is on disk it reaches through its state alone. */
export interface CollectorDeps extends Omit<Deps, 'storage' | 'random'> {
  readonly targets: readonly Target[];
  readonly source: Source;
  readonly state: State;
  readonly options: PassOptions;
}

const LONGEST_TEXT = 80;
/** Fields whose text names nobody, so that a log may show it. */
const NAMELESS_FIELDS: ReadonlySet<string> = new Set([...COUNTERS, ...TIMES]);

/** Polls the Client VPN connections of all targets and publishes them when the pass ends. */
export class ClientVpnCollector implements Collector {
  readonly families: readonly Family[];
  readonly tables: Collector['tables'];
  readonly #deps: CollectorDeps;
  readonly #passDeps: PassDeps;
  readonly #freshness: Freshness;
  readonly #restored = new Set<string>();
  #accounts: readonly Promise<Resolved>[] | undefined;

  constructor(deps: CollectorDeps) {
    this.#deps = deps;
    this.#freshness = createFreshness(deps.clock, deps.options.staleAfterMs);
    this.#passDeps = {
      ...deps,
      reject: (field, text) => this.#reject(field, text),
      drop: (reason, series) => deps.dropped.add({ collector: NAME, reason }, series),
      onPage: ({ endpointId }: Scope, connections) => deps.onProgress(endpointId, connections),
    };
    const { maxUsers, maxConnections } = deps.options;
    const series = { users: maxUsers !== undefined, connections: maxConnections !== undefined };
    this.families = createFamilies({ views: () => this.#views(), isFresh: this.#freshness.isFresh }, series);
    this.tables = new Map(series.connections ? [['connections', () => this.#table()]] : []);
  }

  async restore(): Promise<void> {
    const { state, options, targets } = this.#deps;
    await state.books.load(options.books.identity);
    state.publish(retained(state.published, targets, options));
    for (const target of targets) {
      const accountId = knownAccountId(target);
      if (accountId !== undefined) await this.#restorePlace({ accountId, region: target.region });
    }
  }

  async prepare(signal: AbortSignal): Promise<boolean> {
    const { source, targets, clock } = this.#deps;
    const accounts = resolveAccounts(source, targets, clock, signal);
    this.#accounts = accounts;
    let hasMore = false;
    const restored = accounts.map(async (account) => {
      const { target, accountId } = await account;
      // Also without credentials: what is stored of an account that is known is ours to show.
      if (accountId !== undefined && (await this.#restorePlace({ accountId, region: target.region })))
        hasMore = true;
    });
    await settle(restored, clock);
    return hasMore;
  }

  async collect(signal: AbortSignal): Promise<void> {
    const { targets, source, clock, state, options } = this.#deps;
    const accounts = this.#accounts ?? resolveAccounts(source, targets, clock, signal);
    this.#accounts = undefined;
    const all = await Promise.all(accounts.map(async (account) => this.#passTarget(await account, signal)));
    const results = all.filter((result) => result !== undefined);
    // A target without credentials may share its account and region with one that has them: what that one saw counts.
    const failedFirst = results.toSorted((a, b) => isWhole(a) - isWhole(b));
    const views = failedFirst.flatMap(({ outcome }) => outcome.views);
    await state.books.save();
    const { published } = state;
    if (signal.reason instanceof Stopped) {
      state.publish({ ...published, views: byScope([...published.views.values(), ...views]) });
      state.faults.discard();
      throw signal.reason;
    }
    views.push(...outOfSight(this.#views(), results));
    const missing = namedNowhere(options.selection.named, views, state.faults);
    state.faults.say();
    state.publish({
      ...published,
      views: byScope([...views, ...missing]),
      targets: results.map(toTargetView),
    });
    failIfAny(
      results.map(({ outcome }) => outcome),
      missing.length,
    );
  }

  status(): readonly TargetStatus[] {
    const { isFresh } = this.#freshness;
    return toStatus(this.#deps.state.published.targets, [...this.#views()], (view) =>
      toEndpointStatus(view, isFresh),
    );
  }

  nextChangeInMs(): number | undefined {
    return this.#freshness.nextChangeInMs(this.#views());
  }

  /** Undefined for a target that an earlier one in the file polls. Never rejects: a target's trouble stays its own. */
  async #passTarget(resolved: Resolved, signal: AbortSignal): Promise<TargetResult<View> | undefined> {
    const { options, state } = this.#deps;
    const { faults } = state;
    const { target, accountId, error } = resolved;
    const { region } = target;
    const subject = subjectOf(target);
    const fields = { target: target.name, account_id: accountId, region };
    if (error !== undefined) {
      if (signal.reason instanceof Stopped)
        return { target, accountId, outcome: { views: [], failed: 0, error } };
      faults.fail(subject, noWayIn(resolved, error, 'it is not polled'));
      return withoutCredentials(resolved, error, this.#views());
    }
    if (resolved.polledBy) {
      faults.warnOnce(
        `duplicate ${subject}`,
        'Two targets reach the same account and region; it is polled once, by the first',
        { target: target.name, polled_by: resolved.polledBy.name, account_id: accountId, region },
      );
      return undefined;
    }
    try {
      await this.#restorePlace({ accountId, region });
      const outcome = await passTarget(target, accountId, options, this.#passDeps, signal);
      faults.succeed(subject, 'A target recovered', fields);
      return { target, accountId, outcome };
    } catch (err) {
      faults.fail(subject, {
        message: 'A target could not be polled',
        reason: toSentence(err),
        reasonField: 'err',
        fields,
      });
      return { target, accountId, outcome: failedTarget(this.#views(), { accountId, region }, err) };
    }
  }

  /** Publishes, once, what is stored of an account and region as soon as it is known that they are ours; whether there was anything. */
  async #restorePlace(place: Place): Promise<boolean> {
    const { state, options } = this.#deps;
    const key = `${place.accountId}/${place.region}`;
    if (this.#restored.has(key)) return false;
    this.#restored.add(key);
    const stored = await storedViews(state, place, options);
    const { published } = state;
    state.publish({ ...published, views: byScope([...stored, ...published.views.values()]) });
    return stored.length > 0;
  }

  #reject(field: string, text: string | undefined): void {
    this.#deps.rejected.add({ collector: NAME, field });
    const shown =
      this.#deps.options.identity.isPlain && NAMELESS_FIELDS.has(field)
        ? { text: (text ?? 'none').slice(0, LONGEST_TEXT) }
        : {};
    const message =
      'A value from AWS was rejected; the rest of its record still counts (said once per field)';
    this.#deps.state.faults.warnOnce(`rejected ${field}`, message, { field, ...shown });
  }

  #views(): Iterable<View> {
    return this.#deps.state.published.views.values();
  }

  /** Every connection of the last passes; undefined while there are passes that did not keep theirs. */
  #table(): readonly unknown[] | undefined {
    const fresh = [...this.#views()].flatMap((view) =>
      view.last && this.#freshness.isFresh(view.last) ? [{ view, last: view.last }] : [],
    );
    const isFilled =
      this.#deps.state.published.targets.length > 0 && fresh.every(({ last }) => last.listing.connections);
    return isFilled
      ? fresh.flatMap(({ view, last }) => toTable(view, last.listing.connections ?? []))
      : undefined;
  }
}

function isWhole({ outcome: { error } }: TargetResult<View>): number {
  return error === undefined ? 1 : 0;
}
