import type { EndpointStatus, Estimated } from '../../core/collector.ts';
import type { LastPass } from './state.ts';

/** The numbers that people are shown of an endpoint: estimates, rounded. */
export function toShown(shown: LastPass | undefined): Pick<EndpointStatus, 'connections' | 'estimated'> {
  const estimated = shown && toEstimated(shown);
  const total = estimated?.total ?? 0;
  // What is shown adds up: the idle are the rest of the rounded total.
  const active = Math.min(total, Math.round(shown?.estimate?.active ?? 0));
  const connections = estimated ? { active, idle: total - active } : {};
  return { connections: new Map(Object.entries(connections)), estimated };
}

function toEstimated({ estimate, confidence }: LastPass): Estimated | undefined {
  if (!estimate) return undefined;
  const { active, idle, lower, upper } = estimate;
  // The total can pass a bound by a fraction, and would then be rounded out of its own interval.
  const total = Math.min(upper, Math.max(lower, Math.round(active + idle)));
  return { total, lower, upper, confidence };
}
