import type { EndpointStatus } from '../../core/collector.ts';
import type { Tone } from './badge.ts';

/** How an endpoint is, in words. */
export interface EndpointState {
  readonly tone: Tone;
  readonly words: string;
  /** What is wrong and what to do, in a sentence; undefined when nothing is. */
  readonly problem: string | undefined;
}

const STALE =
  'Its last complete pass is older than stale_after: look whether passes of this collector end, and how long they take';

/** Whether an endpoint is up and its data fresh; nothing is wrong with one that no pass has looked at yet. */
export function toEndpointState({ up, stale, error }: EndpointStatus): EndpointState {
  if (up === undefined) return { tone: 'waiting', words: 'no pass yet', problem: undefined };
  const words = [up ? 'up' : 'down', ...(stale ? ['data stale'] : [])].join(', ');
  if (!up) return { tone: 'bad', words, problem: error ?? 'The last pass over it failed; the log says why' };
  return stale
    ? { tone: 'warn', words, problem: error ?? STALE }
    : { tone: 'good', words, problem: undefined };
}
