/** Which endpoint something is about. */
export interface Scope {
  readonly accountId: string;
  readonly region: string;
  readonly endpointId: string;
}

/** The account or region of what is not known to be anywhere. */
export const UNKNOWN = 'unknown';

/** The labels of an endpoint's series. */
export const SCOPE_LABELS = ['account_id', 'region', 'endpoint_id'] as const;

/** The labels of an endpoint. */
export function scopeLabels({
  accountId,
  region,
  endpointId,
}: Scope): Record<(typeof SCOPE_LABELS)[number], string> {
  return { account_id: accountId, region, endpoint_id: endpointId };
}

/** Tells endpoints apart, across accounts and regions. */
export function scopeKey({ accountId, region, endpointId }: Scope): string {
  return `${accountId}/${region}/${endpointId}`;
}

/** Views by `scopeKey`, in its order, so that series keep theirs over passes; of two with the same key the later wins. */
export function byScope<V extends Scope>(views: Iterable<V>): ReadonlyMap<string, V> {
  const entries = [...views].map((view) => [scopeKey(view), view] as const);
  return new Map([...new Map(entries)].sort(([a], [b]) => (a < b ? -1 : 1)));
}
