import type { Target } from '../../aws/targets.ts';
import { type Endpoint, toEndpoint } from './endpoint.ts';
import type { Reject } from './record.ts';
import type { Source } from './source.ts';

/** Which endpoints are wanted: those named, and those that carry all tags; everything when neither is given. */
export interface Selection {
  readonly named: readonly string[];
  readonly tags: ReadonlyMap<string, string>;
}

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
  { named, tags }: Selection,
  reject: Reject,
  signal: AbortSignal,
): Promise<Discovered> {
  const onlyNamed = named.length > 0 && tags.size === 0;
  const wanted = new Set(named);
  const endpoints = new Map<string, Endpoint>();
  const listed = new Set<string>();
  for await (const page of source.endpointPages(target, onlyNamed ? named : undefined, signal)) {
    for (const raw of page) {
      const endpoint = toEndpoint(raw, reject);
      if (!endpoint) continue;
      listed.add(endpoint.id);
      if (wanted.has(endpoint.id) || (!onlyNamed && carries(endpoint, tags)))
        endpoints.set(endpoint.id, endpoint);
    }
  }
  return { endpoints, isGone: (id) => !listed.has(id) && (!onlyNamed || wanted.has(id)) };
}

function carries(endpoint: Endpoint, tags: ReadonlyMap<string, string>): boolean {
  return [...tags].every(([key, value]) => endpoint.tags.get(key) === value);
}
