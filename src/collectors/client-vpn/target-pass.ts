import { explain } from '../../aws/errors.ts';
import { subjectOf, type Target } from '../../aws/targets.ts';
import { Stopped } from '../../core/collector.ts';
import { eachOf } from '../../core/each-of.ts';
import type { TargetOutcome } from '../outcomes.ts';
import { type Discovered, discover } from './discovery.ts';
import type { Endpoint } from './endpoint.ts';
import { type EndpointOutcome, passEndpoint, passMissing } from './endpoint-pass.ts';
import type { PassDeps, PassOptions } from './pass-options.ts';
import type { View } from './state.ts';

/** One pass over an account and region: discovery, then every endpoint; one that fails takes no other down. */
export async function passTarget(
  target: Target,
  accountId: string,
  options: PassOptions,
  deps: PassDeps,
  signal: AbortSignal,
): Promise<TargetOutcome<View>> {
  const { region } = target;
  const published = deps.state.published.views.values();
  const before = [...published].filter((view) => view.accountId === accountId && view.region === region);
  const known = new Map(before.map((view) => [view.endpointId, view]));
  let error: string | undefined;
  let found: Pick<Discovered, 'isGone'> & { readonly endpoints: ReadonlyMap<string, Endpoint | undefined> };
  try {
    found = await discover(deps.source, target, options.selection, deps.reject, signal);
  } catch (cause) {
    if (signal.reason instanceof Stopped) return { views: before, failed: 0, error };
    error = options.redact(explain(cause, signal));
    const message = 'Discovery of Client VPN endpoints failed; those known before are polled';
    const fields = { target: target.name, account_id: accountId, region };
    deps.state.faults.fail(subjectOf(target), { message, reason: error, fields });
    const endpoints = new Map(before.map((view) => [view.endpointId, view.last?.endpoint]));
    found = { endpoints, isGone: () => false };
  }

  const outcomes: EndpointOutcome[] = [];
  for (const view of before) {
    if (found.endpoints.has(view.endpointId)) continue;
    outcomes.push(await passMissing(view, found.isGone(view.endpointId), options, deps));
  }
  await eachOf(found.endpoints, options.concurrency, async ([endpointId, endpoint]) => {
    const scope = { accountId, region, endpointId };
    outcomes.push(await passEndpoint(target, scope, endpoint, known.get(endpointId), options, deps, signal));
  });
  return {
    views: outcomes.flatMap(({ view }) => view ?? []),
    failed: outcomes.filter(({ failed }) => failed).length,
    error,
  };
}
