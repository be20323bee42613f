import type { IncomingHttpHeaders } from 'node:http';
import type { PageFault, RefusalFault } from './faults.ts';

/** One HTTP request as it came, its body whole. */
export interface WireRequest {
  readonly method: string;
  /** What the request line asks for, as it came: a URL would tidy its path up. */
  readonly target: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** An object as JSON brings it. */
export type Json = Readonly<Record<string, unknown>>;

/** What a service reads from a request by itself. */
export type Read = Pick<Call, 'action' | 'params' | 'json'>;

/** What a request asks of a service, and for whom. */
export interface Call {
  readonly action: string;
  readonly params: Readonly<Record<string, string>>;
  /** The body of a JSON request, read; absent where there is none or it is not JSON. */
  readonly json?: Json;
  readonly region: string;
  readonly accountId: string;
  /** The caller, as an ARN. */
  readonly arn: string;
  readonly userId: string;
  /** A way to answer that is well-formed but wrong. */
  readonly fault?: PageFault;
}

export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** More headers, in the case in which they are written. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A refusal in a service's own words. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Refusals whose words may tell of the call; the function may throw what is refused before. */
type Telling = 'denied' | 'not-found';

export type Refusals = Readonly<Record<Exclude<RefusalFault, Telling | 'conflict'>, Refusal>> &
  Readonly<Record<Telling, Refusal | ((call: Call) => Refusal)>> & {
    /** Only of services where two can change one thing. */
    readonly conflict?: Refusal;
  };

/** One AWS service: how it reads a request, answers it, and says no. */
export interface Service {
  /** Whether a target belongs to this service whoever signed it, or nobody. */
  takes?(target: string): boolean;
  read(request: WireRequest): Read;
  /** Throws a `Refusal` for a call it does not grant; `left` says when the caller hangs up on one that takes its time. */
  answer(call: Call, left: AbortSignal): Answer | Promise<Answer>;
  refuse(refusal: Refusal): Answer;
  /** What it says when a fault makes it refuse. */
  readonly refusals: Refusals;
  /** How long every answer takes; at once if not given. */
  readonly latencyMs?: number | undefined;
}
