import { explain, toCallError } from '../../../aws/errors.ts';
import { inSteps, sleep } from '../../../core/clock.ts';
import { toSentence } from '../../../core/error-text.ts';
import type { FaultLog } from '../../../core/fault-log.ts';
import { type Scope, scopeLabels } from '../../../core/scope.ts';
import type { Endpoint } from '../endpoint.ts';
import type { Progress } from '../ids/id-reader.ts';
import type { PassDeps, PassOptions } from '../pass-options.ts';
import { LIFETIME_MS } from '../registry/entry.ts';
import type { OpenedRegistry } from '../registry/registries.ts';
import { countersOf, type LastPass, type View } from '../state.ts';
import { type Estimate, estimate } from './estimate.ts';
import type { LookedUp } from './look-up.ts';
import type { LookupCounts } from './lookup-totals.ts';

/** An endpoint that is looked at. */
export interface Polled {
  readonly scope: Scope;
  readonly endpoint: Endpoint;
  /** What is published of it; undefined for one that is new. */
  readonly previous: View | undefined;
}

/** An endpoint in the middle of a pass: what can be alive, and the sample that was drawn of it. */
export interface Begun extends Polled {
  readonly opened: OpenedRegistry;
  /** Ids that can be sampled. */
  readonly population: number;
  readonly young: number;
  readonly ids: readonly string[];
  /** The reading of the source that goes on beside the look-ups; nothing is left to be said of one that is complete. */
  readonly reading: Promise<Progress | undefined> | undefined;
  /** Whether the source had been read whole, and not too long ago, when the sample was drawn; without that there is nothing to say. */
  readonly isListed: boolean;
}

/** What a pass over one endpoint came to. */
export interface EndpointOutcome {
  readonly view: View;
  readonly failed: boolean;
}

/** A sample that was cut short says enough with so many answers. */
const ENOUGH_ANSWERS = 30;
/** The look-ups wait so long, as a share of the pass, for sources to be read. */
const READING_SHARE = 0.2;

const NOBODY_KNOWN =
  'No connection id of a WebSocket endpoint is known, so that it counts none: has its source told any?';
const ALL_INVALID =
  'Every connection id that was looked up is invalid: they are of another API, or the url of the endpoint is';

/** Reads the source as far as there is time for, and draws the sample. Rejects when the source fails at once. */
export async function beginEndpoint(
  polled: Polled,
  size: number,
  options: PassOptions,
  { open, clock, random, readerOf }: PassDeps,
  signal: AbortSignal,
): Promise<Begun> {
  const { endpoint } = polled;
  const opened = await open(endpoint);
  const { registry, postings } = opened;
  const reading = readerOf(endpoint)
    ?.read(signal)
    .then(async (progress) => {
      if (progress.state === 'complete') await postings.post(progress, clock);
      if (progress.state === 'unchanged' && progress.isCurrent) await postings.confirm(clock);
      return progress.state === 'complete' ? undefined : progress;
    });
  // It is awaited later as well, and must not end the process meanwhile.
  reading?.catch(() => {});
  if (reading) {
    const done = new AbortController();
    const patience = sleep(clock, options.timeoutMs * READING_SHARE, done.signal).catch(() => undefined);
    await Promise.race([reading, patience]).finally(() => done.abort());
  }
  await postings.settled();
  const { listedAt = Number.NEGATIVE_INFINITY } = registry.state();
  // Nobody whom a listing older than that held is alive.
  const isListed = !reading || clock.now() - listedAt < LIFETIME_MS;
  await inSteps(registry.aging(clock.now()));
  const drawn = await inSteps(registry.drawing(isListed ? size : 0, clock.now(), random));
  return { ...polled, ...drawn, opened, reading, isListed };
}

/** Takes in what the look-ups found, or nothing of it when they say too little; a failure keeps what there was, and says why. */
export async function endEndpoint(
  begun: Begun,
  lookedUp: LookedUp,
  options: PassOptions,
  deps: PassDeps,
): Promise<EndpointOutcome> {
  const { scope, endpoint, previous, opened } = begun;
  const { faults } = deps.state.published;
  const failedToRead = await failedReading(begun);
  const now = deps.clock.now();
  const sampled = opened.totals.add(lookedUp.outcomes, { now, idleAfterMs: options.idleAfterMs });
  const failure = failedToRead ?? lookedUp.denied ?? tooFew(lookedUp, answersOf(sampled));
  if (failure !== undefined) return failEndpoint(begun, failure, { faults, opened });
  if (!begun.isListed) {
    const level = opened.registry.state().listedAt === undefined ? 'info' : 'error';
    return failEndpoint(begun, await unread(begun), { faults, opened, level });
  }
  opened.registry.learn(lookedUp.outcomes, now);
  const last = toLastPass(begun, sampled, options, deps.clock.monotonic());
  const base = { ...scope, name: endpoint.name, endpoint, last, counters: countersOf(opened) };
  if (!last.estimate) {
    const error = nothingAnswered(begun, lookedUp);
    const message = 'No connection of a WebSocket endpoint could be looked up';
    faults.fail(endpoint.endpointId, { message, reason: error, fields: scopeLabels(scope) });
    return { view: { ...base, up: false, error, lastSuccessAt: previous?.lastSuccessAt }, failed: true };
  }
  report(begun, lookedUp, sampled, last.estimate, deps);
  return { view: { ...base, up: true, error: undefined, lastSuccessAt: now }, failed: false };
}

function answersOf({ active, idle, gone, invalid }: LookupCounts): number {
  return active + idle + gone + invalid;
}

function toLastPass(
  { endpoint, population, young }: Begun,
  sampled: LookupCounts,
  { confidence }: PassOptions,
  endedAtMonotonic: number,
): LastPass {
  const { active, idle, gone, invalid } = sampled;
  const counts = { population, active, idle, gone, invalid, fresh: young };
  return {
    endpoint,
    endedAtMonotonic,
    registered: population + young,
    sampled,
    estimate: estimate({ ...counts, confidence }),
    confidence,
  };
}

/** Says what is new of an endpoint that was estimated, and at debug what came of it. */
function report(
  { scope, endpoint, previous, opened, population, young }: Begun,
  { outcomes, cutShort }: LookedUp,
  sampled: LookupCounts,
  estimated: Estimate,
  { logger, state }: PassDeps,
): void {
  const { faults } = state.published;
  const { endpointId } = endpoint;
  const { active, idle, gone, invalid, error } = sampled;
  const news = previous?.last
    ? 'A WebSocket endpoint recovered'
    : 'A WebSocket endpoint has its first numbers';
  faults.succeed(endpointId, news, scopeLabels(scope));
  const warnOnce = (message: string) =>
    faults.warnOnce(`${endpointId} ${message}`, message, { endpoint_id: endpointId });
  if (opened.registry.size === 0) warnOnce(NOBODY_KNOWN);
  if (invalid > 0 && invalid === answersOf(sampled)) warnOnce(ALL_INVALID);
  logger.debug('WebSocket connections were sampled', {
    ...scopeLabels(scope),
    estimate: Math.round(estimated.active + estimated.idle),
    interval: toInterval(estimated),
    known: population + young,
    young,
    sampled: outcomes.size,
    alive: active + idle,
    gone,
    invalid,
    errors: error,
    ...(cutShort !== undefined && { cut_short: cutShort }),
  });
}

/** An endpoint whose pass came to nothing: what there was stays, as not up. */
export function failEndpoint(
  { scope, endpoint, previous }: Polled,
  error: string,
  {
    faults,
    opened,
    level = 'error',
  }: { readonly faults: FaultLog; readonly opened?: OpenedRegistry; readonly level?: 'info' | 'error' },
): EndpointOutcome {
  const rest = previous?.last ? 'its last good numbers stay' : 'it has no numbers yet';
  const message = `A WebSocket endpoint could not be estimated; ${rest}`;
  faults.fail(scope.endpointId, { message, reason: error, fields: scopeLabels(scope), level });
  const { last, lastSuccessAt } = previous ?? {};
  const counters = opened ? countersOf(opened) : previous?.counters;
  return {
    view: { ...scope, name: endpoint.name, endpoint, up: false, error, last, lastSuccessAt, counters },
    failed: true,
  };
}

async function failedReading({ reading }: Begun): Promise<string | undefined> {
  try {
    await reading;
    return undefined;
  } catch (cause) {
    return reasonOf(cause);
  }
}

/** Why there is nothing to say yet: the source has never been read whole, or too long ago. */
async function unread({ reading, opened }: Begun): Promise<string> {
  const progress = await reading;
  if (progress?.state !== 'under way')
    return 'its source has just been read; a pass after this one looks connections up';
  const { listedAt } = opened.registry.state();
  const before =
    listedAt === undefined
      ? 'the first reading of its source is under way'
      : 'its source was last read whole more than two hours ago, and is being read';
  return `${before}: ${progress.rows} rows so far, and every pass reads on`;
}

/** Why something failed, in a sentence, whether AWS said so or this machine. */
export function reasonOf(cause: unknown, signal?: AbortSignal): string {
  return toCallError(cause) === 'other' ? toSentence(cause) : explain(cause, signal);
}

function tooFew({ cutShort }: LookedUp, answers: number): string | undefined {
  if (cutShort === undefined || answers >= ENOUGH_ANSWERS) return undefined;
  return `only ${answers} look-ups were answered before the sample was cut short, and fewer than ${ENOUGH_ANSWERS} say too little: ${cutShort}`;
}

function nothingAnswered({ ids }: Begun, { lastError }: LookedUp): string {
  if (ids.length > 0) return lastError ?? 'no look-up was answered';
  return 'requests_per_second and timeout leave this endpoint no look-up: raise them, or look at fewer endpoints';
}

function toInterval({ lower, upper }: Estimate): string {
  return `${lower}..${upper}`;
}
