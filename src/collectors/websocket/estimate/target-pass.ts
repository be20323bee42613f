import { Stopped } from '../../../core/collector.ts';
import { type Scope, scopeKey } from '../../../core/scope.ts';
import type { TargetOutcome } from '../../../polling/outcomes.ts';
import type { Endpoint } from '../endpoint.ts';
import type { PassDeps, PassOptions } from '../pass-options.ts';
import type { View } from '../state.ts';
import type { Deadlines } from './deadlines.ts';
import {
  type Begun,
  beginEndpoint,
  type EndpointOutcome,
  endEndpoint,
  failEndpoint,
  reasonOf,
} from './endpoint-pass.ts';
import { lookUpAll } from './look-up.ts';
import { sampleSize } from './sample.ts';

/** One pass over the endpoints of an account and region; one that fails takes no other down. Rejects only when it is broken off. */
export async function passTarget(
  place: Omit<Scope, 'endpointId'> & {
    /** Why discovery failed, in a sentence. */
    readonly error: string | undefined;
    /** What was published before, by `scopeKey`. */
    readonly previous: ReadonlyMap<string, View>;
  },
  endpoints: readonly Endpoint[],
  options: PassOptions,
  deps: PassDeps,
  deadlines: Deadlines,
  signal: AbortSignal,
): Promise<TargetOutcome<View>> {
  const { accountId, region, error, previous } = place;
  const { faults } = deps.state.published;
  const polled = endpoints.map((endpoint) => {
    const scope = { accountId, region, endpointId: endpoint.endpointId };
    return { scope, endpoint, previous: previous.get(scopeKey(scope)) };
  });
  const size = sampleSize({ ...options, endpoints: endpoints.length });
  const failures: EndpointOutcome[] = [];
  const all = await Promise.all(
    polled.map(async (one): Promise<Begun | undefined> => {
      try {
        return await beginEndpoint(one, size, options, deps, deadlines.reading);
      } catch (cause) {
        if (signal.reason instanceof Stopped) throw signal.reason;
        failures.push(failEndpoint(one, reasonOf(cause, signal), { faults }));
        return undefined;
      }
    }),
  );
  const begun = all.filter((one) => one !== undefined);
  const lookedUp = await lookUpAll(deps.source, begun, { ...options, ...deps }, deadlines.lookingUp);
  if (signal.reason instanceof Stopped) throw signal.reason;
  const ended = await Promise.all(
    begun.flatMap((one, index) => {
      const found = lookedUp[index];
      return found ? [endEndpoint(one, found, options, deps)] : [];
    }),
  );
  const outcomes = [...failures, ...ended];
  return {
    views: outcomes.map(({ view }) => view),
    failed: outcomes.filter(({ failed }) => failed).length,
    error,
  };
}
