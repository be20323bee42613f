import { knownAccountId, type Target } from '../../aws/targets.ts';
import type { Selection } from './discovery.ts';
import type { PassOptions } from './pass-options.ts';
import { type Place, type Published, readingOf, type State, scopeKey, type View } from './state.ts';

/** What stays published when a configuration comes into force: views that its passes would make in the same way. */
export function retainedViews(
  published: Published,
  targets: readonly Target[],
  options: PassOptions,
): ReadonlyMap<string, View> {
  if (published.reading !== readingOf(options.books)) return new Map();
  const isReached = ({ accountId, region }: View) =>
    targets.some((target) => target.region === region && (knownAccountId(target) ?? accountId) === accountId);
  return new Map(
    [...published.views].filter(
      ([, view]) => isReached(view) && isWanted(view.endpointId, options.selection),
    ),
  );
}

/** What is known of an account and region from before a restart: counters, without gauges. */
export async function storedViews(
  state: State,
  place: Place,
  options: PassOptions,
): Promise<readonly (readonly [string, View])[]> {
  const books = await state.stored(place, options.books);
  return books
    .filter(({ scope }) => isWanted(scope.endpointId, options.selection))
    .map((book) => {
      const view = {
        ...book.scope,
        up: undefined,
        error: undefined,
        last: undefined,
        counters: book.counters(),
      };
      return [scopeKey(book.scope), view];
    });
}

/** Without discovery only what is named is wanted; with it, whether the rest is will be known when a listing is complete. */
function isWanted(endpointId: string, { named, tags }: Selection): boolean {
  return named.length === 0 || tags.size > 0 || named.includes(endpointId);
}
