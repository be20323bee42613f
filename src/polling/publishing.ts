import type { Target } from '../aws/targets.ts';
import type { Stopped, TargetStatus } from '../core/collector.ts';
import type { Scope } from '../core/scope.ts';
import { failIfAny, outOfSight, type TargetResult, type TargetView, toTargetView } from './outcomes.ts';
import type { Place, Poller, View } from './poller.ts';
import type { Published } from './published.ts';

/** Puts what targets came to into what is published, whole targets at a time, and on disk before anybody sees it. */
export class Publishing<V extends View> {
  readonly #poller: Poller<V>;
  readonly #published: Published<V>;

  constructor(poller: Poller<V>, published: Published<V>) {
    this.#poller = poller;
    this.#published = published;
  }

  /** What is published of a place. */
  viewsOf({ target, accountId, region }: Place): readonly V[] {
    const place = { name: target.name, accountId, region };
    return [...this.#published.views.values()].filter((view) => this.isOf(view, place));
  }

  /** Whether an endpoint is of this target. */
  isOf(view: V, { name, accountId, region }: Pick<TargetStatus, 'name' | 'accountId' | 'region'>): boolean {
    const { isOf } = this.#poller;
    const isThere = view.accountId === accountId && view.region === region;
    return isThere && (isOf === undefined || (name !== undefined && isOf(view, { name })));
  }

  /** Publishes the targets that are done; one that failed waits for those that may yet do better in its account and region. */
  async done(results: readonly TargetResult<V>[], underWay: ReadonlySet<Target>): Promise<void> {
    const { accounts } = this.#poller;
    const mayDoBetter = (accountId: string, region: string) =>
      [...underWay].some(
        (other) => other.region === region && (accounts.knownAccount(other) ?? accountId) === accountId,
      );
    const places = results.flatMap((result) => {
      const { target, accountId } = result;
      if (accountId === undefined || (!isWhole(result) && mayDoBetter(accountId, target.region))) return [];
      return [{ result, name: target.name, accountId, region: target.region }];
    });
    const ready = places.map(({ result }) => result);
    const isReady = ({ accountId, region }: Scope) =>
      places.some((place) => place.accountId === accountId && place.region === region);
    const views = await this.#poller.save(viewsOf(ready), isReady);
    const rest = [...this.#published.views.values()].filter(
      (view) => !places.some((place) => this.isOf(view, place)),
    );
    const others = this.#published.targets.filter(
      (one) => !places.some(({ name, region }) => one.name === name && one.region === region),
    );
    this.#published.faults.say();
    const order = this.#poller.targets.map(({ name, region }) => JSON.stringify([name, region]));
    const placeOf = ({ name, region }: TargetView) => order.indexOf(JSON.stringify([name, region]));
    const targets = [...others, ...ready.map(toTargetView)].toSorted((a, b) => placeOf(a) - placeOf(b));
    this.#published.replace([...rest, ...views], targets);
  }

  /** Publishes what a pass did that was broken off; what it did not finish stays as it was. */
  async stopped(results: readonly TargetResult<V>[], reason: Stopped): Promise<never> {
    const views = await this.#poller.save(viewsOf(results), () => true);
    // Why something failed is not told of a pass that counts as none.
    const good = views.filter(({ up }) => up !== false);
    this.#published.replace([...this.#published.views.values(), ...good]);
    this.#published.faults.discard();
    throw reason;
  }

  /** Publishes every target of a pass; rejects, saying how many, when a target or an endpoint failed. */
  async all(results: readonly TargetResult<V>[]): Promise<void> {
    const { targets } = this.#poller;
    // In the order of the configuration, whichever was done first.
    const sorted = results.toSorted((a, b) => targets.indexOf(a.target) - targets.indexOf(b.target));
    const saved = await this.#poller.save(viewsOf(sorted), () => true);
    const views = [...outOfSight(this.#published.views.values(), sorted), ...saved];
    const nowhere = this.#poller.nowhere?.(views) ?? [];
    this.#published.faults.say();
    this.#published.replace([...views, ...nowhere], sorted.map(toTargetView));
    failIfAny(
      sorted.map(({ outcome }) => outcome),
      nowhere.length,
    );
  }
}

/** The views of several targets; a target without credentials may share its account and region with one that has them, and what that one saw counts. */
function viewsOf<V>(results: readonly TargetResult<V>[]): readonly V[] {
  return results
    .toSorted((a, b) => Number(isWhole(a)) - Number(isWhole(b)))
    .flatMap(({ outcome }) => outcome.views);
}

function isWhole({ outcome: { error } }: TargetResult<unknown>): boolean {
  return error === undefined;
}
