import { knownAccountId, type Target } from '../../aws/targets.ts';
import type { Clock } from '../../core/clock.ts';
import type { Collector, TargetStatus } from '../../core/collector.ts';
import type { Family } from '../../core/family.ts';
import type { LogFields, Logger } from '../../core/logger.ts';
import type { Tally } from '../../core/tally.ts';
import { type Resolved, resolveAccounts } from './accounts.ts';
import type { Book, Scope } from './book.ts';
import { createFamilies } from './families.ts';
import { failIfAny, namedNowhere } from './outcomes.ts';
import type { PassOptions } from './pass-options.ts';
import { COUNTERS, type Reject, TIMES } from './record.ts';
import { retainedViews, storedViews } from './restore.ts';
import type { Source } from './source.ts';
import { type LastPass, type Place, readingOf, type State, scopeKey, type View } from './state.ts';
import { toStatus, UNKNOWN } from './status.ts';
import { toTable } from './table.ts';
import { passTarget, type TargetOutcome } from './target-pass.ts';

/** The domain's name: its folder, its `collector` label. */
export const NAME = 'client-vpn';

/** What the collector is made of. */
export interface CollectorDeps {
  readonly targets: readonly Target[];
  readonly source: Source;
  readonly state: State;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly options: PassOptions;
  readonly rejected: Tally<'collector' | 'field'>;
  readonly dropped: Tally<'collector' | 'reason'>;
  /** Called after every page of a listing. */
  readonly onProgress: (endpointId: string, connections: number) => void;
}

interface TargetResult {
  readonly target: Target;
  readonly accountId: string | undefined;
  readonly outcome: TargetOutcome;
}

const LONGEST_TEXT = 80;
/** Fields whose text names nobody, so that a log may show it. */
const NAMELESS_FIELDS: ReadonlySet<string> = new Set([...COUNTERS, ...TIMES]);

/** Polls the Client VPN connections of all targets and publishes them when the pass ends. */
export class ClientVpnCollector implements Collector {
  readonly families: readonly Family[];
  readonly tables: Collector['tables'];
  readonly #deps: CollectorDeps;
  readonly #warned = new Set<string>();
  readonly #restored = new Set<string>();
  #results: readonly TargetResult[] = [];

  constructor(deps: CollectorDeps) {
    this.#deps = deps;
    const { maxUsers, maxConnections } = deps.options;
    const series = { users: maxUsers !== undefined, connections: maxConnections !== undefined };
    this.families = createFamilies(
      { views: () => this.#views(), isFresh: (last) => this.#freshForMs(last) >= 0 },
      series,
    );
    this.tables = new Map(series.connections ? [['connections', () => this.#table()]] : []);
  }

  async restore(): Promise<void> {
    const { state, options, targets } = this.#deps;
    const views = retainedViews(state.published, targets, options);
    state.publish({ views, reading: readingOf(options.books) });
    for (const target of targets) {
      const accountId = knownAccountId(target);
      if (accountId !== undefined) await this.#restorePlace({ accountId, region: target.region });
    }
  }

  async collect(signal: AbortSignal): Promise<void> {
    const { targets, source, clock, state, options, logger } = this.#deps;
    const claims = new Map<string, Target>();
    const accounts = resolveAccounts(source, targets, clock, signal);
    const results = await Promise.all(
      accounts.map(async (resolved) => this.#passTarget(await resolved, claims, signal)),
    );
    this.#results = results.filter((result) => result !== undefined);
    const outcomes = this.#results.map(({ outcome }) => outcome);
    const views = [...outcomes.flatMap((outcome) => outcome.views), ...this.#outOfSight(claims)];
    const missing = namedNowhere(options.selection.named, views, logger);
    await state.save(
      outcomes.flatMap(({ books }): readonly Book[] => books),
      options.books,
    );
    const published = [...views, ...missing]
      .map((view) => [scopeKey(view), view] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    state.publish({ views: new Map(published), reading: readingOf(options.books) });
    failIfAny(outcomes, missing.length);
  }

  status(): readonly TargetStatus[] {
    const isFresh = (last: LastPass) => this.#freshForMs(last) >= 0;
    const targets = this.#results.map(({ target, accountId, outcome: { error, failed } }) => ({
      accountId: accountId ?? UNKNOWN,
      region: target.region,
      up: error === undefined && failed === 0,
      error,
    }));
    return toStatus(targets, [...this.#views()], isFresh);
  }

  nextChangeInMs(): number | undefined {
    const ages = [...this.#views()]
      .flatMap(({ last }) => (last ? [this.#freshForMs(last)] : []))
      .filter((ms) => ms >= 0);
    return ages.length > 0 ? Math.min(...ages) + 1 : undefined;
  }

  async #passTarget(
    resolved: Resolved,
    claims: Map<string, Target>,
    signal: AbortSignal,
  ): Promise<TargetResult | undefined> {
    const { options, logger, rejected, dropped } = this.#deps;
    const { target, accountId } = resolved;
    if (accountId === undefined) {
      const { error } = resolved;
      logger.error('The account of a target is not known, so it is not polled', {
        target: target.name,
        region: target.region,
        reason: error,
      });
      return { target, accountId, outcome: { views: [], books: [], failed: 0, error } };
    }
    const claim = `${accountId}/${target.region}`;
    const first = claims.get(claim);
    if (first) {
      this.#warnOnce(
        `duplicate ${target.name} ${claim}`,
        'Two targets reach the same account and region; it is polled once, by the first',
        {
          target: target.name,
          polled_by: first.name,
          account_id: accountId,
          region: target.region,
        },
      );
      return undefined;
    }
    claims.set(claim, target);
    await this.#restorePlace({ accountId, region: target.region });
    const reject: Reject = (field, text) => {
      rejected.add({ collector: NAME, field });
      const shown = NAMELESS_FIELDS.has(field) ? { text: (text ?? 'none').slice(0, LONGEST_TEXT) } : {};
      this.#warnOnce(
        `rejected ${field}`,
        'A value from AWS was rejected; the rest of its record still counts (said once per field)',
        { field, ...shown },
      );
    };
    const drop = (reason: string, series: number) => dropped.add({ collector: NAME, reason }, series);
    const onPage = ({ endpointId }: Scope, connections: number) =>
      this.#deps.onProgress(endpointId, connections);
    return {
      target,
      accountId,
      outcome: await passTarget(target, accountId, options, { ...this.#deps, reject, drop, onPage }, signal),
    };
  }

  /** What was known, before a reload, where a target's account cannot be told now: it stays, as not up. */
  #outOfSight(claims: ReadonlyMap<string, Target>): readonly View[] {
    const blind = new Map(
      this.#results.flatMap(({ target: { region }, accountId, outcome: { error } }) =>
        accountId === undefined ? [[region, error] as const] : [],
      ),
    );
    return [...this.#views()]
      .filter(({ accountId, region }) => blind.has(region) && !claims.has(`${accountId}/${region}`))
      .map((view) => ({ ...view, up: false, error: blind.get(view.region) }));
  }

  /** Publishes, once, what is stored of an account and region as soon as it is known that they are ours. */
  async #restorePlace(place: Place): Promise<void> {
    const { state, options } = this.#deps;
    const key = `${place.accountId}/${place.region}`;
    if (this.#restored.has(key)) return;
    const stored = await storedViews(state, place, options);
    this.#restored.add(key);
    const { views, reading } = state.published;
    state.publish({ views: new Map([...stored, ...views]), reading });
  }

  #warnOnce(key: string, message: string, fields: LogFields): void {
    if (this.#warned.has(key)) return;
    this.#warned.add(key);
    this.#deps.logger.warn(message, fields);
  }

  #views(): Iterable<View> {
    return this.#deps.state.published.views.values();
  }

  /** How long the pass stays young enough for its gauges to be shown; negative once it is stale. */
  #freshForMs({ endedAtMonotonic }: LastPass): number {
    return endedAtMonotonic + this.#deps.options.staleAfterMs - this.#deps.clock.monotonic();
  }

  #table(): readonly unknown[] {
    return [...this.#views()].flatMap((view) =>
      view.last && this.#freshForMs(view.last) >= 0 ? toTable(view, view.last.listing.connections) : [],
    );
  }
}
