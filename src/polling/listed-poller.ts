import type { AccountSource } from '../aws/accounts.ts';
import type { Aws } from '../aws/clients.ts';
import { explain } from '../aws/errors.ts';
import { subjectOf, type Target } from '../aws/targets.ts';
import type { Clock } from '../core/clock.ts';
import { type EndpointStatus, Stopped } from '../core/collector.ts';
import type { Family } from '../core/family.ts';
import type { Logger } from '../core/logger.ts';
import { scopeLabels } from '../core/scope.ts';
import type { Readable } from './families.ts';
import type { Item, Listed, ListedSection, Seen } from './item.ts';
import { type Named, namedGone, namedNowhere } from './named.ts';
import { failedTarget, type TargetOutcome } from './outcomes.ts';
import type { Pass, Place, Poller, View } from './poller.ts';
import type { Published } from './published.ts';
import {
  isExcluded,
  isOnlyNamed,
  isSelected,
  NamedButExcluded,
  type Selection,
  toSelection,
} from './selection.ts';
import type { Reject } from './warnings.ts';

type ListedView<T extends Item> = View<Seen<T>>;

/** What outlives a configuration: what is published, and how the world was read of which it is. */
export interface ListedState<T extends Item> {
  readonly published: Published<ListedView<T>>;
  /** What is published under another reading is not to be mixed in. */
  reading: string;
}

/** What the poller works with. */
export interface ListedDeps<T extends Item> {
  readonly state: ListedState<T>;
  readonly targets: readonly Target[];
  readonly aws: Aws;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly reject: Reject;
}

/** Polls a place with one listing, which tells every endpoint whole. */
export class ListedPoller<C extends ListedSection, T extends Item> implements Poller<ListedView<T>> {
  readonly accounts: AccountSource;
  readonly targets: readonly Target[];
  readonly #own: Omit<Listed<C, T>, 'config'>;
  readonly #section: C;
  readonly #deps: ListedDeps<T>;
  readonly #selection: Selection;
  readonly #named: Named;
  readonly #excluded: NamedButExcluded;

  constructor(own: Omit<Listed<C, T>, 'config'>, section: C, deps: ListedDeps<T>) {
    this.accounts = deps.aws;
    this.targets = deps.targets;
    this.#own = own;
    this.#section = section;
    this.#deps = deps;
    this.#selection = toSelection(section);
    const key = `${own.name.replaceAll('-', '_')}.endpoints`;
    this.#named = { noun: own.noun, key, ids: section.endpoints };
    this.#excluded = new NamedButExcluded(this.#named, this.#faults);
  }

  families(state: Readable<ListedView<T>, Seen<T>>): readonly Family[] {
    return this.#own.families(state);
  }

  shows(last: Seen<T> | undefined): Pick<EndpointStatus, 'connections' | 'estimated'> {
    return { connections: last ? this.#own.counts(last.item) : new Map(), estimated: undefined };
  }

  async load(): Promise<void> {}

  /** Keys of the section that are not every domain's say how the world is read: when one changes, what was published goes. */
  retain(views: readonly ListedView<T>[]): readonly ListedView<T>[] {
    const { state } = this.#deps;
    const { enabled, schedule, timeout, stale_after, endpoints, tags, exclude, ...rest } = this.#section;
    const reading = JSON.stringify(rest);
    const isSame = reading === state.reading;
    state.reading = reading;
    return isSame ? views.filter(({ last }) => last && isSelected(this.#selection, last.item)) : [];
  }

  async stored(): Promise<readonly ListedView<T>[]> {
    return [];
  }

  begin(signal: AbortSignal): Pass<ListedView<T>> {
    return {
      over: async (place, before, polledBy) => (polledBy ? undefined : this.#list(place, before, signal)),
    };
  }

  async save(views: readonly ListedView<T>[]): Promise<readonly ListedView<T>[]> {
    return views;
  }

  nowhere(views: readonly ListedView<T>[]): readonly ListedView<T>[] {
    return namedNowhere(this.#excluded.others, views, this.#faults).map((one) => ({
      ...NEVER,
      ...one,
      up: false,
    }));
  }

  async #list(
    { target, accountId, region }: Place,
    before: readonly ListedView<T>[],
    signal: AbortSignal,
  ): Promise<TargetOutcome<ListedView<T>>> {
    const { aws, clock, reject } = this.#deps;
    let items: readonly T[];
    try {
      items = await this.#own.list(aws, target, this.#section, reject, signal);
    } catch (cause) {
      if (signal.reason instanceof Stopped) throw signal.reason;
      const reason = explain(cause, signal);
      const message = `Listing the ${this.#own.noun}s of a target failed; their last good numbers stay`;
      const fields = { target: target.name, account_id: accountId, region };
      this.#faults.fail(subjectOf(target), { message, reason, fields });
      return failedTarget(before, reason);
    }
    for (const { id, name } of items) {
      if (isExcluded(this.#selection, { ids: [id], name }))
        this.#excluded.note({ accountId, region, endpointId: id }, name);
    }
    const seen = items.filter((item) => isSelected(this.#selection, item));
    const now = { lastSuccessAt: clock.now(), last: { endedAtMonotonic: clock.monotonic() } };
    const views = seen.map((item): ListedView<T> => {
      const scope = { accountId, region, endpointId: item.id };
      this.#faults.succeed(item.id, `A ${this.#own.noun} is there again`, scopeLabels(scope));
      const { lastSuccessAt, last } = now;
      return {
        ...scope,
        name: item.name,
        up: true,
        error: undefined,
        lastSuccessAt,
        last: { ...last, item },
      };
    });
    const found = new Set(views.map(({ endpointId }) => endpointId));
    const missing = before.filter(({ endpointId }) => !found.has(endpointId));
    const gone = missing.flatMap((view) => this.#miss(view, items));
    return { views: [...views, ...gone], failed: gone.length, error: undefined };
  }

  /** What becomes of an endpoint that was not found: a named one stays, not up; any other ceases to exist, or is no longer wanted. */
  #miss(view: ListedView<T>, items: readonly T[]): readonly ListedView<T>[] {
    const { endpointId } = view;
    if (this.#excluded.others.ids.includes(endpointId))
      return [{ ...view, up: false, error: namedGone(this.#named, view, this.#faults) }];
    this.#faults.forget(endpointId);
    const isThere = isOnlyNamed(this.#selection) || items.some(({ id }) => id === endpointId);
    if (!isThere) this.#faults.happen(endpointId, `A ${this.#own.noun} ceased to exist`, scopeLabels(view));
    return [];
  }

  get #faults() {
    return this.#deps.state.published.faults;
  }
}

const NEVER = { name: '', lastSuccessAt: undefined, last: undefined };
