import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Clock } from '../core/clock.ts';
import type { RateLimit, WebConfig } from '../web-config/model.ts';
import { toCredentials } from './basic-auth.ts';
import { setHeaders } from './headers.ts';
import type { Passwords } from './passwords.ts';
import { TokenBucket } from './token-bucket.ts';

/** Why a request does not come in: the web configuration cannot be used, there are too many, a password is missing or wrong, or too many are judged. */
export type Refusal = 'broken' | 'rate_limited' | 'unauthorized' | 'busy' | 'failed';

/** What guards the requests of a port. */
export interface GuardDeps {
  readonly clock: Clock;
  readonly passwords: Passwords;
  readonly rateLimit: RateLimit | undefined;
  /** As of now; undefined while nobody may come in. */
  current(): WebConfig | undefined;
  /** Hears of each request that is refused. */
  onRefused(refusal: Refusal, request: IncomingMessage): void;
  /** Hears why a password could not be judged. */
  onError(error: unknown): void;
}

const ANSWERS: Readonly<Record<Refusal, readonly [status: number, text: string]>> = {
  broken: [500, 'Internal Server Error'],
  rate_limited: [429, 'Too Many Requests'],
  unauthorized: [401, 'Unauthorized'],
  busy: [503, 'Service Unavailable'],
  failed: [500, 'Internal Server Error'],
};

/** Lets those requests come to `app` that the web configuration lets in, in the order of Prometheus' exporter-toolkit. */
export function createGuard(deps: GuardDeps): (app: RequestListener) => RequestListener {
  const { clock, rateLimit, current } = deps;
  const bucket = rateLimit && new TokenBucket(clock, rateLimit);
  const refuse = (refusal: Refusal, request: IncomingMessage, response: ServerResponse) => {
    deps.onRefused(refusal, request);
    const [status, text] = ANSWERS[refusal];
    setHeaders(response);
    if (refusal === 'unauthorized') response.setHeader('WWW-Authenticate', 'Basic');
    response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
  };
  return (app) => (request, response) => {
    const config = current();
    if (!config) return refuse('broken', request, response);
    if (bucket && !bucket.take()) return refuse('rate_limited', request, response);
    for (const [name, value] of Object.entries(config.headers)) response.setHeader(name, value);
    if (config.users.size === 0) return app(request, response);
    judge(request, config, deps).then(
      (refusal) => {
        if (response.destroyed) return;
        if (refusal) refuse(refusal, request, response);
        else app(request, response);
      },
      (error) => {
        deps.onError(error);
        refuse('failed', request, response);
      },
    );
  };
}

async function judge(
  { headers, socket }: IncomingMessage,
  { users }: WebConfig,
  { passwords }: GuardDeps,
): Promise<Refusal | undefined> {
  const credentials = toCredentials(headers.authorization);
  if (!credentials) return 'unauthorized';
  const judgement = await passwords.judge({ ...credentials, users, from: socket.remoteAddress ?? '' });
  if (judgement === 'busy') return 'busy';
  return judgement === 'right' ? undefined : 'unauthorized';
}
