import type { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import type { ApiGatewayManagementApiClient } from '@aws-sdk/client-apigatewaymanagementapi';
import type { ApiGatewayV2Client } from '@aws-sdk/client-apigatewayv2';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { MiddlewareStack } from '@smithy/types';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import type { Calls } from './calls.ts';
import { type Api, type AwsOptions, at, type Connection, createConnection } from './connection.ts';
import { sendElsewhere } from './elsewhere.ts';
import { createIdentities } from './identities.ts';
import { createRateLimiter, type RateLimiter } from './rate-limit.ts';
import { renewWhenRefused } from './refused.ts';
import { remember } from './remember.ts';
import type { Target } from './targets.ts';

/** What the clients are made with. */
export interface AwsDeps {
  readonly clock: Clock;
  readonly calls: Calls;
  readonly logger: Logger;
  /** The account that each target, by its name, was of last; kept from one configuration to the next. */
  readonly lastAccounts?: Map<string, string>;
  /** Per target, all its calls of an API together (of logs, per account and region); an API that is left out is not limited. */
  readonly requestsPerSecond?: Limits;
}

/** An answer of SQS may wait so long for messages. */
const LONGEST_POLL_MS = 20_000;

/** APIs of whose quota an account has so little in a region that its targets share a limit. */
const LIMITED_BY_ACCOUNT: ReadonlySet<Api> = new Set(['logs']);

type Limits = Readonly<Partial<Record<Api, number>>>;

/** AWS, as far as it is asked: one client for each target and API, counted and rate limited. */
export interface Aws {
  ec2(target: Target): Promise<EC2Client>;
  /** The client of a WebSocket API stage at its management URL (no slash at the end); it sends each call once, without retries. */
  management(target: Target, url: string): Promise<ApiGatewayManagementApiClient>;
  apiGateway(target: Target): Promise<ApiGatewayV2Client>;
  /** Version 1 of API Gateway: settings of the account are there alone. */
  apiGatewayV1(target: Target): Promise<APIGatewayClient>;
  dynamoDb(target: Target): Promise<DynamoDBClient>;
  logs(target: Target): Promise<CloudWatchLogsClient>;
  /** The client of the queues of a region, which may be another than the target's; its answers may wait for messages. */
  sqs(target: Target, region: string): Promise<SQSClient>;
  /** The account of a target, once there are credentials of it: STS is asked whenever they are new. Clients reject as this does. */
  accountId(target: Target, signal: AbortSignal): Promise<string>;
  /** The account as far as it is known without asking: as configured, else the role's, else as it was learned. */
  knownAccount(target: Target): string | undefined;
  /** When the credentials at hand of each target expire, by its name, in milliseconds since 1970; those that never do are left out. */
  expiries(): ReadonlyMap<string, number>;
  /** The same AWS for one section of the configuration, with limiters of its own, in requests a second per target. */
  ofSection(section: string, requestsPerSecond: Limits): Aws;
  /** Closes the sockets, and ends helpers that are asked for credentials; calls under way fail. */
  close(): void;
}

/**
 * Clients for any number of targets; each part of the SDK is loaded when a client of it is first asked for, always as
 * `const { … } = await import(…)`: of a package that is asked for in any other way the bundle holds all, of EC2 alone 2 MB.
 */
export function createAws(options: AwsOptions, deps: AwsDeps): Aws {
  const connection = createConnection(options);
  const identities = createIdentities({ connection, ...deps });
  return createClients({ connection, identities, ...deps });
}

interface Shared extends AwsDeps {
  readonly connection: Connection;
  readonly identities: ReturnType<typeof createIdentities>;
  readonly section?: string;
}

function createClients(shared: Shared): Aws {
  const { connection, identities, calls, clock, section, requestsPerSecond = {} } = shared;
  const limiters = new Map<string, RateLimiter>();

  const toKey = (...[{ name, region }, ...more]: [target: Target, ...more: string[]]) =>
    JSON.stringify([name, region, ...more]);

  const limiterAt = (key: string, perSecond: number): RateLimiter => {
    const limiter = limiters.get(key) ?? createRateLimiter(clock, perSecond);
    limiters.set(key, limiter);
    return limiter;
  };

  const limiterOf = (api: Api, target: Target): RateLimiter | undefined => {
    const perSecond = requestsPerSecond[api];
    if (perSecond === undefined) return undefined;
    if (!LIMITED_BY_ACCOUNT.has(api)) return limiterAt(toKey(target, api), perSecond);
    return async (signal) => {
      const accountId = await identities.accountId(target, signal);
      await limiterAt(JSON.stringify([accountId, target.region, api]), perSecond)(signal);
    };
  };

  const settings = async (api: Api, target: Target, waitMs = 0) => ({
    ...(await connection.settings(api, target, waitMs)),
    // Marked as remembered by itself: the SDK would keep what it got once for ever, or fail while it is still valid.
    credentials: Object.assign(() => identities.credentials(target), { memoized: true }),
  });

  const equip = <Input extends object, Output extends object>(
    { middlewareStack }: { middlewareStack: MiddlewareStack<Input, Output> },
    api: Api,
    target: Target,
  ) => {
    middlewareStack.use(calls.plugin({ ...identities.labels(api, target), section }, limiterOf(api, target)));
    middlewareStack.use(renewWhenRefused(() => identities.replace(target)));
    // It copies every row of every answer for a logger that nobody gave: 2 µs a Client VPN connection.
    middlewareStack.remove('loggerMiddleware');
  };

  return {
    ec2: remember(toKey, async (target) => {
      const { EC2Client } = await import('@aws-sdk/client-ec2');
      const { Ec2Protocol } = await import('./protocol.ts');
      const client = new EC2Client({ ...(await settings('ec2', target)), protocol: Ec2Protocol });
      equip(client, 'ec2', target);
      return client;
    }),

    management: remember(toKey, async (target, url) => {
      const { ApiGatewayManagementApiClient } = await import('@aws-sdk/client-apigatewaymanagementapi');
      // A look-up is never sent again: the next pass draws anew.
      const own = { ...(await settings('execute-api', target)), ...at(url), maxAttempts: 1 };
      const elsewhere = connection.endpointUrl('execute-api');
      if (elsewhere !== undefined)
        own.requestHandler = await connection.requestHandler(new URL(elsewhere).hostname);
      const client = new ApiGatewayManagementApiClient(own);
      equip(client, 'execute-api', target);
      if (elsewhere !== undefined) client.middlewareStack.use(sendElsewhere(elsewhere));
      return client;
    }),

    apiGateway: remember(toKey, async (target) => {
      const { ApiGatewayV2Client } = await import('@aws-sdk/client-apigatewayv2');
      const client = new ApiGatewayV2Client(await settings('apigateway', target));
      equip(client, 'apigateway', target);
      return client;
    }),

    apiGatewayV1: remember(toKey, async (target) => {
      const { APIGatewayClient } = await import('@aws-sdk/client-api-gateway');
      const client = new APIGatewayClient(await settings('apigateway', target));
      equip(client, 'apigateway', target);
      return client;
    }),

    dynamoDb: remember(toKey, async (target) => {
      const { DynamoDBClient } = await import('@aws-sdk/client-dynamodb');
      const client = new DynamoDBClient(await settings('dynamodb', target));
      equip(client, 'dynamodb', target);
      return client;
    }),

    logs: remember(toKey, async (target) => {
      const { CloudWatchLogsClient } = await import('@aws-sdk/client-cloudwatch-logs');
      const client = new CloudWatchLogsClient(await settings('logs', target));
      equip(client, 'logs', target);
      return client;
    }),

    sqs: remember(toKey, async (target, region) => {
      const { SQSClient } = await import('@aws-sdk/client-sqs');
      // A checksum that is wrong would have the SDK throw away every message that came with it.
      const client = new SQSClient({
        ...(await settings('sqs', target, LONGEST_POLL_MS)),
        region,
        md5: false,
      });
      equip(client, 'sqs', { ...target, region });
      return client;
    }),

    accountId: identities.accountId,
    knownAccount: identities.knownAccount,
    expiries: identities.expiries,
    ofSection: (name, limits) => createClients({ ...shared, section: name, requestsPerSecond: limits }),
    close() {
      identities.close();
      connection.close();
    },
  };
}
