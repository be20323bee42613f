import { onTestFinished, vi } from 'vitest';
import { Calls } from '../../src/aws/calls.ts';
import { createAws } from '../../src/aws/clients.ts';
import type { Api, AwsOptions } from '../../src/aws/connection.ts';
import type { Target } from '../../src/aws/targets.ts';
import { systemClock } from '../../src/core/clock.ts';
import { type Answer, startServer } from './http-server.ts';
import { createLogBook } from './log-book.ts';

export const TARGET: Target = { name: 'default', region: 'eu-west-1', accountId: '111122223333' };
export const NEVER = new AbortController().signal;

/** The real SDK, sending every request to a server that answers with `answer`; gone when the test ends. */
export async function openAws(
  answer: Answer,
  options: Partial<AwsOptions> & {
    requestsPerSecond?: Partial<Record<Api, number>>;
    /** What STS answers; by default that the caller is of the account of TARGET. */
    sts?: Answer;
  } = {},
) {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIATEST');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true');
  const server = await startServer(answer);
  const { requestsPerSecond = {}, sts: stsAnswer = callerIdentity('111122223333'), ...more } = options;
  const sts = await startServer(stsAnswer);
  const calls = new Calls(systemClock);
  const aws = createAws(
    {
      endpointUrl: server.url,
      connectTimeoutMs: 1000,
      requestTimeoutMs: 5000,
      maxAttempts: 2,
      ...more,
      endpointUrls: { sts: sts.url, ...more.endpointUrls },
    },
    { clock: systemClock, calls, logger: createLogBook(), requestsPerSecond },
  );
  onTestFinished(async () => {
    aws.close();
    await server.close();
    await sts.close();
    vi.unstubAllEnvs();
  });
  return { aws, calls, server };
}

/** STS' answer that the caller is of this account. */
export function callerIdentity(accountId: string): Answer {
  return (response) =>
    void response.end(
      `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>${accountId}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    );
}

/** An answer of a JSON API of AWS; its error type goes where AWS puts it. */
export function json(status: number, body: unknown, errorType?: string): Answer {
  return (response) => {
    if (errorType !== undefined) response.setHeader('x-amzn-ErrorType', errorType);
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(body === '' ? '' : JSON.stringify(body));
  };
}
