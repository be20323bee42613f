import { setMaxListeners } from 'node:events';
import type { Target } from '../../aws/targets.ts';
import type { Clock } from '../../core/clock.ts';
import { Stopped } from '../../core/collector.ts';
import { scopeKey } from '../../core/scope.ts';
import type { TargetOutcome } from '../outcomes.ts';
import type { Endpoint } from './endpoint.ts';
import {
  type Begun,
  beginEndpoint,
  type EndpointOutcome,
  endEndpoint,
  failEndpoint,
  reasonOf,
} from './endpoint-pass.ts';
import { lookUpAll } from './look-up.ts';
import type { PassDeps, PassOptions } from './pass-options.ts';
import { sampleSize } from './sample.ts';
import type { View } from './state.ts';

/** Sources are read until so much of the pass has gone by, and ids looked up until so much: the rest is for saving. */
const READING_ENDS = 0.8;
const LOOKING_UP_ENDS = 0.9;

/** One pass over the endpoints of an account and region; one that fails takes no other down. Rejects only when it is broken off. */
export async function passTarget(
  place: { readonly target: Target; readonly accountId: string; readonly error: string | undefined },
  endpoints: readonly Endpoint[],
  options: PassOptions,
  deps: PassDeps,
  signal: AbortSignal,
): Promise<TargetOutcome<View>> {
  const { target, accountId, error } = place;
  const { state, clock, logger } = deps;
  const scopeOf = ({ endpointId }: Endpoint) => ({ accountId, region: target.region, endpointId });
  const previousOf = (endpoint: Endpoint) => state.published.views.get(scopeKey(scopeOf(endpoint)));
  const reading = deadline(
    clock,
    options.timeoutMs * READING_ENDS,
    'the time of the pass for reading is over',
    signal,
  );
  const lookingUp = deadline(
    clock,
    options.timeoutMs * LOOKING_UP_ENDS,
    'the time of the pass is over',
    signal,
  );
  try {
    const size = sampleSize({ ...options, endpoints: endpoints.length });
    const failures: EndpointOutcome[] = [];
    const all = await Promise.all(
      endpoints.map(async (endpoint): Promise<Begun | undefined> => {
        try {
          return await beginEndpoint(endpoint, size, options, deps, reading.signal);
        } catch (cause) {
          if (signal.reason instanceof Stopped) throw signal.reason;
          const at = { ...scopeOf(endpoint), endpoint };
          failures.push(failEndpoint(at, reasonOf(cause, signal), undefined, previousOf(endpoint), logger));
          return undefined;
        }
      }),
    );
    const begun = all.filter((one) => one !== undefined);
    const lookedUp = await lookUpAll(deps.source, begun, { ...options, ...deps }, lookingUp.signal);
    if (signal.reason instanceof Stopped) throw signal.reason;
    const ended = await Promise.all(
      begun.flatMap((one, index) => {
        const found = lookedUp[index];
        const { endpoint } = one;
        return found ? [endEndpoint(one, found, scopeOf(endpoint), previousOf(endpoint), options, deps)] : [];
      }),
    );
    const outcomes = [...failures, ...ended];
    return {
      views: outcomes.map(({ view }) => view),
      failed: outcomes.filter(({ failed }) => failed).length,
      error,
    };
  } finally {
    reading.cancel();
    lookingUp.cancel();
  }
}

/** A signal that is aborted with `signal`, or for this reason after `ms`. */
function deadline(clock: Clock, ms: number, reason: string, signal: AbortSignal) {
  const controller = new AbortController();
  const cancel = clock.after(ms, () => controller.abort(new Error(reason)));
  const either = AbortSignal.any([controller.signal, signal]);
  // Every call that is under way listens to it.
  setMaxListeners(0, either);
  return { signal: either, cancel };
}
