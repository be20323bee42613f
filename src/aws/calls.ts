import type {
  FinalizeRequestMiddleware,
  HandlerExecutionContext,
  InitializeMiddleware,
  Pluggable,
} from '@smithy/types';
import type { Clock } from '../core/clock.ts';
import { Stopped } from '../core/collector.ts';
import type { Family, Sample } from '../core/family.ts';
import { Histogram, histogramSamples } from '../core/histogram.ts';
import { Tally } from '../core/tally.ts';
import { abortError, toReadError } from './answers.ts';
import { ClockSkew } from './clock-skew.ts';
import { CALL_ERRORS } from './error-rules.ts';
import { noteCall, toCallError } from './errors.ts';
import { InFlight, MOST_IN_FLIGHT } from './in-flight.ts';
import type { RateLimiter } from './rate-limit.ts';
import { diedIdle } from './sockets.ts';

/** The key of the SDK's context; a registered symbol, so that the SDK need not be loaded for it. */
const SMITHY_CONTEXT_KEY = '__smithy_context';

/** Where a client's calls go; `accountId` is asked anew for each call, since it may be learned late. */
export interface CallLabels {
  readonly api: string;
  readonly region: string;
  accountId(): string | undefined;
  /** The section of the configuration that asks; left out where it is for all of them. */
  readonly section?: string | undefined;
}

interface DurationLabels {
  readonly api: string;
  readonly operation: string;
}

type CallLabel = 'account_id' | 'region' | 'api' | 'operation';

const PREFIX = 'aws_connections_exporter_aws_request';
const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];
const LABEL_NAMES = ['account_id', 'region', 'api', 'operation'] as const;

/** Every HTTP attempt to AWS, retries included, as metrics. */
export class Calls {
  readonly #clock: Clock;
  readonly #inFlight: InFlight;
  readonly #requests = new Tally<CallLabel>(
    `${PREFIX}s_total`,
    'HTTP requests to AWS, retries included.',
    LABEL_NAMES,
  );
  readonly #errors = new Tally<CallLabel | 'error'>(
    `${PREFIX}_errors_total`,
    'HTTP requests to AWS that failed, by kind of error; gone and invalid are answers rather than faults.',
    [...LABEL_NAMES, 'error'],
  );
  readonly #durations = new Map<string, { labels: DurationLabels; histogram: Histogram }>();
  /** Of the durations as they are, until there is another: they are asked for more often than that. */
  #durationSamples: readonly Sample<keyof DurationLabels>[] | undefined;
  readonly #skew: ClockSkew;
  readonly families: readonly Family[];

  constructor(clock: Clock, mostInFlight = MOST_IN_FLIGHT) {
    this.#clock = clock;
    this.#inFlight = new InFlight(mostInFlight);
    this.#skew = new ClockSkew(clock);
    this.families = [this.#requests, this.#errors, this.#durationFamily(), this.#skew.family];
  }

  /**
   * A plugin for an SDK client: each attempt waits for `limiter`, if any, and for a place, and is then counted and timed until its body
   * is read; one whose socket had died while it idled is sent once more. A call whose signal is aborted rejects at once, even while credentials are being fetched.
   */
  plugin<Input extends object, Output extends object>(
    labels: CallLabels,
    limiter?: RateLimiter,
  ): Pluggable<Input, Output> {
    const abortAtOnce: InitializeMiddleware<Input, Output> = (next, context) => (args) =>
      raceAbort(() => next(args), toSignal(context));
    const countAttempt: FinalizeRequestMiddleware<Input, Output> = (next, context) => async (args) => {
      const operation = String(context.commandName).replace(/Command$/, '');
      const send = async () => {
        await limiter?.(toSignal(context));
        const attempt = () => this.#attempt(labels, operation, () => next(args), toSignal(context));
        // Whoever waits for credentials may have a place already: STS must not wait for one. Who waits for messages would keep it from others.
        if (labels.api === 'sts' || labels.api === 'sqs') return attempt();
        return this.#inFlight.run(`${labels.accountId()} ${labels.region}`, attempt, toSignal(context));
      };
      try {
        return await send();
      } catch (error) {
        // Nobody at the other end has heard of it: it is not a retry, and sent even where there are none.
        if (!diedIdle(error)) throw error;
        return await send();
      }
    };
    return {
      applyToStack(stack) {
        stack.add(abortAtOnce, { name: 'abortAtOnce', step: 'initialize', priority: 'high', override: true });
        stack.addRelativeTo(countAttempt, {
          name: 'countAttempt',
          relation: 'after',
          toMiddleware: 'retryMiddleware',
          override: true,
        });
      },
    };
  }

  async #attempt<T>(
    { api, region, accountId, section }: CallLabels,
    operation: string,
    send: () => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const labels = { account_id: accountId() ?? 'unknown', region, api, operation };
    this.#requests.add(labels);
    // From zero, so that the first error of a kind is an increase.
    for (const error of CALL_ERRORS) this.#errors.add({ ...labels, error }, 0);
    const startedAt = this.#clock.monotonic();
    try {
      const answer = await send();
      this.#skew.note(answer, startedAt);
      return answer;
    } catch (caught) {
      this.#skew.note(caught, startedAt);
      const error = toReadError(caught);
      noteCall(error, api, operation, section);
      // A call that we break off because its answer is no longer wanted is no error of AWS.
      if (!(signal?.reason instanceof Stopped)) this.#errors.add({ ...labels, error: toCallError(error) });
      throw error;
    } finally {
      this.#observe(api, operation, (this.#clock.monotonic() - startedAt) / 1000);
    }
  }

  #observe(api: string, operation: string, seconds: number): void {
    const key = `${api}:${operation}`;
    const known = this.#durations.get(key);
    const { histogram } = known ?? { histogram: new Histogram(BUCKETS) };
    if (!known) this.#durations.set(key, { labels: { api, operation }, histogram });
    histogram.observe(seconds);
    this.#durationSamples = undefined;
  }

  #durationFamily(): Family<keyof DurationLabels> {
    const toSamples = () =>
      [...this.#durations.values()].flatMap(({ labels, histogram }) => [
        ...histogramSamples(labels, BUCKETS, histogram.state()),
      ]);
    return {
      name: `${PREFIX}_duration_seconds`,
      help: 'Time that HTTP requests to AWS took, until the body was read.',
      type: 'histogram',
      labelNames: ['api', 'operation'],
      samples: () => {
        this.#durationSamples ??= toSamples();
        return this.#durationSamples;
      },
    };
  }
}

/** The signal that the caller gave to `send`; the SDK hands it down in its context. */
function toSignal(context: HandlerExecutionContext): AbortSignal | undefined {
  const signal: unknown = context[SMITHY_CONTEXT_KEY]?.abortSignal;
  return signal instanceof AbortSignal ? signal : undefined;
}

/** What `send` comes to, unless `signal` aborts first: then it rejects at once, and what comes later is dropped. */
export function raceAbort<T>(send: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return send();
  return new Promise((resolve, reject) => {
    const abort = () => reject(abortError(signal.reason));
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    send()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', abort));
  });
}
