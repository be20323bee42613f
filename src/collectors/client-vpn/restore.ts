import type { Scope } from '../../core/scope.ts';
import { isOnlyNamed, type Selection } from '../../polling/selection.ts';
import type { BookOptions, Books } from './books.ts';
import type { PassOptions } from './pass-options.ts';
import type { View } from './state.ts';

/** How these options read the world; it never leaves the process. */
export function readingOf(options: BookOptions): string {
  return JSON.stringify(options);
}

/** What is known of an account and region from before a restart: counters, without gauges. */
export async function storedViews(
  books: Books,
  place: Pick<Scope, 'accountId' | 'region'>,
  options: PassOptions,
): Promise<readonly View[]> {
  const nothing = { up: undefined, error: undefined, name: '', lastSuccessAt: undefined, last: undefined };
  return (await books.of(place, options.books))
    .filter(({ scope }) => isWanted(scope.endpointId, options.selection))
    .map((book) => ({ ...book.scope, ...nothing, counters: book.counters() }));
}

/** Without discovery only what is named is wanted; with it, whether the rest is will be known when a listing is complete. */
export function isWanted(endpointId: string, selection: Selection): boolean {
  return !isOnlyNamed(selection) || selection.named.includes(endpointId);
}
