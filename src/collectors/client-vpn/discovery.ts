import type { Target } from '../../aws/targets.ts';
import { isOnlyNamed, isSelected, type Selection } from '../../polling/selection.ts';
import type { Reject } from '../../polling/warnings.ts';
import { type Endpoint, toEndpoint } from './endpoint.ts';
import type { Source } from './source.ts';

/** What a complete listing of endpoints says. */
export interface Discovered {
  /** The wanted endpoints by id. */
  readonly endpoints: ReadonlyMap<string, Endpoint>;
  /** Whether an endpoint is known not to exist; one that was not asked for may. */
  isGone(endpointId: string): boolean;
}

/** Lists the endpoints of a target; rejects unless the listing is complete. */
export async function discover(
  source: Source,
  target: Target,
  selection: Selection,
  reject: Reject,
  signal: AbortSignal,
): Promise<Discovered> {
  const { named } = selection;
  const onlyNamed = isOnlyNamed(selection);
  const endpoints = new Map<string, Endpoint>();
  const listed = new Set<string>();
  for await (const page of source.endpointPages(target, onlyNamed ? named : undefined, signal)) {
    for (const raw of page) {
      const endpoint = toEndpoint(raw, reject);
      if (!endpoint) continue;
      listed.add(endpoint.id);
      if (isSelected(selection, endpoint)) endpoints.set(endpoint.id, endpoint);
    }
  }
  return { endpoints, isGone: (id) => !listed.has(id) && (!onlyNamed || named.includes(id)) };
}
