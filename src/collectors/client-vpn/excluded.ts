import { type Scope, scopeLabels } from '../../core/scope.ts';
import { isExcluded, type NamedButExcluded } from '../../polling/selection.ts';
import type { Discovered } from './endpoints.ts';
import type { PassDeps, PassOptions } from './pass-options.ts';

/** Retires what is excluded of a place: its ledger is kept for 30 days, and goes on where it was when it is polled again. */
export async function retireExcluded(
  place: Pick<Scope, 'accountId' | 'region'>,
  { excluded }: Discovered,
  named: NamedButExcluded,
  { selection, books }: PassOptions,
  { state, clock }: PassDeps,
): Promise<void> {
  for (const [endpointId, name] of excluded) named.note({ ...place, endpointId }, name);
  if (selection.exclude.length === 0) return;
  const { faults } = state.published;
  for (const book of await state.books.of(place, books)) {
    const { endpointId } = book.scope;
    if (!isExcluded(selection, { ids: [endpointId], name: excluded.get(endpointId) ?? '' })) continue;
    faults.forget(endpointId);
    book.retire(clock.now());
    const message = 'A Client VPN endpoint is excluded and no longer polled; its series end';
    faults.happen(endpointId, message, scopeLabels(book.scope));
  }
}
