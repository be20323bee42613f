import { explain, toCallError } from '../../../aws/errors.ts';
import type { Clock } from '../../../core/clock.ts';
import { Stopped } from '../../../core/collector.ts';
import { eachOf } from '../../../core/each-of.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Source } from '../source.ts';
import type { Outcome } from './outcome.ts';
import { inRounds } from './sample.ts';

/** The ids of one endpoint that are to be looked up, in random order. */
export interface Draw {
  readonly endpoint: Endpoint;
  readonly ids: readonly string[];
}

/** What looking up a draw came to. */
export interface LookedUp {
  readonly outcomes: ReadonlyMap<string, Outcome>;
  /** Why not every id was looked up, in a sentence; undefined when all were. */
  readonly cutShort: string | undefined;
  /** Why AWS refuses all look-ups of this endpoint, in a sentence. */
  readonly denied: string | undefined;
  /** What went wrong last with a look-up that found out nothing, in a sentence. */
  readonly lastError: string | undefined;
}

/** How ids are looked up. */
export interface LookUpOptions {
  /** How many are under way at a time. */
  readonly concurrency: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly clock: Clock;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Running = Mutable<Omit<LookedUp, 'outcomes'>> & {
  readonly outcomes: Map<string, Outcome>;
  isThrottled: boolean;
};

/**
 * Looks the draws up, so many at a time, going round the endpoints, so that a draw that is cut short is still a uniform sample. A denial
 * ends its endpoint, throttling ends them all, as does the signal. Never rejects, unless the pass was broken off.
 */
export async function lookUpAll(
  source: Pick<Source, 'lookUp'>,
  draws: readonly Draw[],
  { concurrency, random, clock }: LookUpOptions,
  signal: AbortSignal,
): Promise<readonly LookedUp[]> {
  const running = draws.map(
    (): Running => ({
      outcomes: new Map(),
      isThrottled: false,
      cutShort: undefined,
      denied: undefined,
      lastError: undefined,
    }),
  );
  let ended: string | undefined;
  const rounds = inRounds(
    draws.map(({ ids }) => ids),
    random,
  );
  await eachOf(rounds, concurrency, async ({ list, item: id }) => {
    const draw = draws[list];
    const result = running[list];
    if (!draw || !result || result.denied !== undefined) return;
    if (signal.aborted) ended ??= explain(signal.reason, signal);
    if (ended !== undefined) return;
    try {
      const { target, url } = draw.endpoint;
      const outcome = await source.lookUp(target, url, id, signal);
      result.outcomes.set(id, { ...outcome, at: clock.now() });
    } catch (error) {
      if (signal.aborted) return;
      result.outcomes.set(id, { status: 'error' });
      result.lastError = withoutId(explain(error), id);
      const kind = toCallError(error);
      if (kind === 'denied') result.denied ??= result.lastError;
      if (kind === 'throttled') {
        result.isThrottled = true;
        ended ??= result.lastError;
      }
    }
  });
  if (signal.reason instanceof Stopped) throw signal.reason;
  if (signal.aborted) ended ??= explain(signal.reason, signal);
  return running.map((result, index) => {
    const isWhole = result.outcomes.size >= (draws[index]?.ids.length ?? 0) && !result.isThrottled;
    return isWhole ? result : { ...result, cutShort: ended };
  });
}

/** What answers, AWS or something between, may repeat the id that it was asked for; people are not shown ids. */
function withoutId(text: string, id: string): string {
  // Without the padding, which everybody encodes their own way; a text that is cut short may end within the id.
  const stem = id.length < 8 ? id : id.replace(/=+$/, '');
  let rest = text.replaceAll(encodeURIComponent(id), '[id]').replaceAll(id, '[id]').replaceAll(stem, '[id]');
  for (let end = stem.length - 1; end > 3; end--) rest = rest.replace(`${stem.slice(0, end)}…`, '[id]…');
  return rest;
}
