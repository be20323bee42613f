import { knownAccountId, type Target } from '../../aws/targets.ts';
import type { TargetView } from '../outcomes.ts';
import type { Place } from './books.ts';
import type { Selection } from './discovery.ts';
import type { PassOptions } from './pass-options.ts';
import { type Published, readingOf, type State, type View } from './state.ts';

/** What stays published when a configuration comes into force: all that its own passes would have made in the same way. */
export function retained(published: Published, targets: readonly Target[], options: PassOptions): Published {
  const reading = readingOf(options.books);
  const isReached = ({ accountId, region }: Place) =>
    targets.some((target) => target.region === region && (knownAccountId(target) ?? accountId) === accountId);
  const isKept = (view: View) => isReached(view) && isWanted(view.endpointId, options.selection);
  const views = reading === published.reading ? [...published.views].filter(([, view]) => isKept(view)) : [];
  return {
    views: new Map(views),
    targets: published.targets.filter((target: TargetView) => isReached(target)),
    reading,
  };
}

/** What is known of an account and region from before a restart: counters, without gauges. */
export async function storedViews(
  state: State,
  place: Place,
  options: PassOptions,
): Promise<readonly View[]> {
  const books = await state.books.of(place, options.books);
  return books
    .filter(({ scope }) => isWanted(scope.endpointId, options.selection))
    .map((book) => ({
      ...book.scope,
      up: undefined,
      error: undefined,
      name: '',
      last: undefined,
      counters: book.counters(),
    }));
}

/** Without discovery only what is named is wanted; with it, whether the rest is will be known when a listing is complete. */
function isWanted(endpointId: string, { named, tags }: Selection): boolean {
  return named.length === 0 || tags.size > 0 || named.includes(endpointId);
}
