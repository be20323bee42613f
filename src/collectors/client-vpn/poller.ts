import { explain } from '../../aws/errors.ts';
import { subjectOf, type Target } from '../../aws/targets.ts';
import { type Collector, type EndpointStatus, Stopped } from '../../core/collector.ts';
import { eachOf } from '../../core/each-of.ts';
import type { Family } from '../../core/family.ts';
import type { Scope } from '../../core/scope.ts';
import { PollingCollector } from '../../polling/collector.ts';
import type { Deps } from '../../polling/domain.ts';
import { namedNowhere } from '../../polling/named.ts';
import type { TargetOutcome } from '../../polling/outcomes.ts';
import type { Pass, Place, Poller } from '../../polling/poller.ts';
import { NamedButExcluded } from '../../polling/selection.ts';
import { createReject } from '../../polling/warnings.ts';
import { CurrentTable } from './current-table.ts';
import { type EndpointOutcome, passEndpoint, passMissing } from './endpoint-pass.ts';
import { type Discovered, discover, type Endpoint } from './endpoints.ts';
import { retireExcluded } from './excluded.ts';
import { createFamilies } from './families.ts';
import type { ReadableState } from './family-makers.ts';
import { NAME } from './name.ts';
import type { PassDeps, PassOptions } from './pass-options.ts';
import { COUNTERS, TIMES } from './record.ts';
import type { Source } from './source.ts';
import { isWanted, type LastPass, readingOf, type State, storedViews, type View } from './state.ts';

/** What a collector is made of; what is on disk it reaches through its state alone. */
interface PollerDeps extends Omit<Deps, 'storage' | 'random'> {
  readonly targets: readonly Target[];
  readonly source: Source;
  readonly state: State;
  readonly options: PassOptions;
}

/** Fields whose text names nobody, so that a log may show it. */
const NAMELESS_FIELDS: ReadonlySet<string> = new Set([...COUNTERS, ...TIMES]);

const NEVER = { name: '', lastSuccessAt: undefined, last: undefined, counters: undefined };

/** A collector of these targets, on state that outlives it. */
export function createCollector(deps: PollerDeps): Collector {
  return new PollingCollector(deps, new ClientVpnPoller(deps));
}

/** Polls the Client VPN connections of a place: discovery, then every endpoint. */
class ClientVpnPoller implements Poller<View> {
  readonly accounts: Source;
  readonly targets: readonly Target[];
  readonly #deps: PollerDeps;
  readonly #passDeps: PassDeps;
  readonly #excluded: NamedButExcluded;
  readonly #table: CurrentTable;

  constructor(deps: PollerDeps) {
    this.#deps = deps;
    this.#table = new CurrentTable(deps.state);
    this.#excluded = new NamedButExcluded(deps.options.named, this.#faults);
    this.accounts = deps.source;
    this.targets = deps.targets;
    this.#passDeps = {
      ...deps,
      reject: createReject(
        NAME,
        { ...deps, faults: this.#faults },
        (field) => deps.options.identity.isPlain && NAMELESS_FIELDS.has(field),
      ),
      drop: (reason, series) => deps.dropped.add({ collector: NAME, reason }, series),
      onPage: ({ endpointId }: Scope, connections) => deps.onProgress(endpointId, connections),
    };
  }

  families(state: ReadableState): readonly Family[] {
    const { maxUsers, maxConnections } = this.#deps.options;
    return createFamilies(state, {
      users: maxUsers !== undefined,
      connections: maxConnections !== undefined,
    });
  }

  tables(state: ReadableState): Collector['tables'] {
    if (this.#deps.options.maxConnections === undefined) return new Map();
    return new Map([['connections', () => this.#table.rows(state)]]);
  }

  shows(last: LastPass | undefined): Pick<EndpointStatus, 'connections' | 'estimated'> {
    const byStatus = last ? [...last.listing.byStatus] : [];
    const connections = new Map(byStatus.map(([status, one]) => [status, one.connections]));
    return { connections, estimated: undefined };
  }

  load(): Promise<void> {
    const { state, options } = this.#deps;
    return state.books.load(options.books.identity);
  }

  retain(views: readonly View[]): readonly View[] {
    const { state, options } = this.#deps;
    const reading = readingOf(options.books);
    const isSame = reading === state.reading;
    state.reading = reading;
    // They hold the texts of their last listing, which may not be wanted any more.
    state.spare.length = 0;
    return isSame
      ? views.filter(({ endpointId, name }) => isWanted(endpointId, name, options.selection))
      : [];
  }

  stored(place: Place): Promise<readonly View[]> {
    return storedViews(this.#deps.state.books, place, this.#deps.options);
  }

  begin(signal: AbortSignal): Pass<View> {
    return {
      over: async (place, before, polledBy) =>
        polledBy ? undefined : this.#passTarget(place, before, signal),
    };
  }

  async save(views: readonly View[], isDone: (scope: Scope) => boolean): Promise<readonly View[]> {
    await this.#deps.state.books.save(isDone);
    return views;
  }

  nowhere(views: readonly View[]): readonly View[] {
    return namedNowhere(this.#excluded.others, views, this.#faults).map((one) => ({
      ...NEVER,
      ...one,
      up: false,
    }));
  }

  /** Discovery, then every endpoint; one that fails takes no other down. */
  async #passTarget(
    { target, accountId, region }: Place,
    before: readonly View[],
    signal: AbortSignal,
  ): Promise<TargetOutcome<View>> {
    const { options } = this.#deps;
    const known = new Map(before.map((view) => [view.endpointId, view]));
    let error: string | undefined;
    let found: Pick<Discovered, 'isGone'> & { readonly endpoints: ReadonlyMap<string, Endpoint | undefined> };
    const unasked = new Map<string, View>();
    try {
      const discovered = await discover(
        this.#deps.source,
        target,
        options.selection,
        this.#passDeps.reject,
        signal,
      );
      await retireExcluded({ accountId, region }, discovered, this.#excluded, options, this.#passDeps);
      found = discovered;
    } catch (cause) {
      if (signal.reason instanceof Stopped) return { views: [], failed: 0, error };
      error = options.redact(explain(cause, signal));
      const message = 'Discovery of Client VPN endpoints failed; those known before are polled';
      const fields = { target: target.name, account_id: accountId, region };
      this.#faults.fail(subjectOf(target), { message, reason: error, fields });
      // Of what is known from before a restart nobody knows the name, which may be one that is never to be polled.
      const isKnown = ({ name }: View) => name !== '' || options.selection.exclude.length === 0;
      for (const view of before.filter((view) => !isKnown(view)))
        unasked.set(view.endpointId, { ...view, up: false, error });
      const endpoints = new Map(before.filter(isKnown).map((view) => [view.endpointId, view.last?.endpoint]));
      found = { endpoints, isGone: () => false };
    }

    const outcomes: EndpointOutcome[] = [...unasked.values()].map((view) => ({ view, failed: true }));
    const { others } = this.#excluded;
    for (const view of before) {
      const { endpointId } = view;
      if (found.endpoints.has(endpointId) || unasked.has(endpointId)) continue;
      outcomes.push(await passMissing(found.isGone(endpointId), view, others, options, this.#passDeps));
    }
    await eachOf(found.endpoints, options.concurrency, async ([endpointId, endpoint]) => {
      const scope = { accountId, region, endpointId };
      const polled = { target, scope, endpoint, previous: known.get(endpointId) };
      outcomes.push(await passEndpoint(polled, options, this.#passDeps, signal));
    });
    return {
      views: outcomes.flatMap(({ view }) => view ?? []),
      failed: outcomes.filter(({ failed }) => failed).length,
      error,
    };
  }

  get #faults() {
    return this.#deps.state.published.faults;
  }
}
