import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { EC2Client } from '@aws-sdk/client-ec2';
import type { Clock } from '../core/clock.ts';
import type { CallLabels, Calls } from './calls.ts';
import { createRateLimiter } from './rate-limit.ts';
import { remember } from './remember.ts';
import { knownAccountId, type Target } from './targets.ts';
import { brokenAnswer } from './xml-reader.ts';

/** How AWS is reached; times in milliseconds. */
export interface AwsOptions {
  /** Instead of AWS' own host, for every service. */
  readonly endpointUrl?: string;
  /** The same for one service; keys are `ec2` and `sts`. */
  readonly endpointUrls?: Readonly<Record<string, string>>;
  /** Path of a PEM file that replaces the certificate authorities built in. */
  readonly caBundle?: string;
  readonly connectTimeoutMs: number;
  /** Until the answer begins, and again for every silence within it. */
  readonly requestTimeoutMs: number;
  readonly maxAttempts: number;
}

/** What the clients are made with. */
export interface AwsDeps {
  readonly clock: Clock;
  readonly calls: Calls;
  /** Per target, all its EC2 calls together. */
  readonly requestsPerSecond: number;
}

/** AWS, as far as it is asked. */
export interface Aws {
  /** The EC2 client of a target: one each, counted and rate limited. */
  ec2(target: Target): Promise<EC2Client>;
  /** The account of a target: as configured, else the role's, else asked from STS once; a failure is not remembered. */
  accountId(target: Target, signal: AbortSignal): Promise<string>;
  /** Closes the sockets; calls under way fail. */
  close(): void;
}

const APP = 'aws-connections-exporter';
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** Clients for any number of targets; the SDK is loaded when the first is asked for. */
export function createAws(options: AwsOptions, deps: AwsDeps): Aws {
  const httpAgent = new HttpAgent({ keepAlive: true });
  const accounts = new Map<string, string>();

  let httpsAgent: HttpsAgent | undefined;

  const connection = async () => {
    const ca = options.caBundle === undefined ? undefined : await readCaBundle(options.caBundle);
    httpsAgent ??= new HttpsAgent({ keepAlive: true, ...(ca === undefined ? {} : { ca }) });
    return {
      connectionTimeout: options.connectTimeoutMs,
      requestTimeout: options.requestTimeoutMs,
      // Without this the SDK only writes a warning to the console.
      throwOnRequestTimeout: true,
      // The request timeout ends with the first byte; this one catches a body that stalls.
      socketTimeout: options.requestTimeoutMs,
      httpAgent,
      httpsAgent,
    };
  };

  const labels = (api: string, target: Target): CallLabels => ({
    api,
    region: target.region,
    accountId: () => knownAccountId(target) ?? accounts.get(target.name),
  });

  const settings = async (api: string, { region, profile }: Target) => {
    const endpoint = options.endpointUrls?.[api] ?? options.endpointUrl;
    return {
      region,
      maxAttempts: options.maxAttempts,
      requestHandler: await connection(),
      userAgentAppId: APP,
      ...(profile === undefined ? {} : { profile }),
      ...(endpoint === undefined ? {} : { endpoint }),
    };
  };

  // The STS client of a name keeps its credentials, which the SDK refreshes before they expire.
  const sts = remember(
    ({ name }: Target) => name,
    async (target) => {
      const [{ STSClient }, { fromNodeProviderChain, fromTemporaryCredentials }, clientConfig] =
        await Promise.all([
          import('@aws-sdk/client-sts'),
          import('@aws-sdk/credential-providers'),
          settings('sts', target),
        ]);
      const { profile, roleArn, externalId } = target;
      const chain = fromNodeProviderChain({
        clientConfig,
        clientPlugins: [deps.calls.plugin(labels('sts', target))],
        // A profile in our configuration is a choice: no warning that the environment holds keys as well.
        ...(profile === undefined ? {} : { profile, logger: SILENT }),
      });
      const assume = (RoleArn: string) =>
        fromTemporaryCredentials({
          masterCredentials: chain,
          params: {
            RoleArn,
            RoleSessionName: APP,
            ...(externalId === undefined ? {} : { ExternalId: externalId }),
          },
          clientConfig,
          clientPlugins: [deps.calls.plugin(labels('sts', target))],
        });
      const client = new STSClient({
        ...clientConfig,
        credentials: roleArn === undefined ? chain : assume(roleArn),
      });
      client.middlewareStack.use(deps.calls.plugin(labels('sts', target)));
      return client;
    },
  );

  const ec2 = remember(
    ({ name, region }: Target) => JSON.stringify([name, region]),
    async (target) => {
      const [{ EC2Client }, { Ec2Protocol }, { config }, clientConfig] = await Promise.all([
        import('@aws-sdk/client-ec2'),
        import('./protocol.ts'),
        sts(target),
        settings('ec2', target),
      ]);
      const client = new EC2Client({
        ...clientConfig,
        credentials: config.credentials,
        protocol: Ec2Protocol,
      });
      const limiter = createRateLimiter(deps.clock, deps.requestsPerSecond);
      client.middlewareStack.use(deps.calls.plugin(labels('ec2', target), limiter));
      // It copies every row of every answer for a logger that nobody gave: 2 µs a connection.
      client.middlewareStack.remove('loggerMiddleware');
      return client;
    },
  );

  const callerAccount = remember(
    ({ name }: Target, _signal: AbortSignal) => name,
    async (target, abortSignal) => {
      const { GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
      const { Account } = await (await sts(target)).send(new GetCallerIdentityCommand({}), { abortSignal });
      if (Account === undefined) throw brokenAnswer('STS GetCallerIdentity named no account');
      accounts.set(target.name, Account);
      return Account;
    },
  );

  return {
    ec2,
    accountId: async (target, signal) => knownAccountId(target) ?? callerAccount(target, signal),
    close() {
      httpAgent.destroy();
      httpsAgent?.destroy();
    },
  };
}

/** The region of the environment or of the profile (the default one without `profile`); undefined when none is set. */
export async function defaultRegion(profile?: string): Promise<string | undefined> {
  // Set to nothing is not set; the SDK would take it for a region.
  if (process.env.AWS_REGION === '') delete process.env.AWS_REGION;
  const { STSClient } = await import('@aws-sdk/client-sts');
  const { config } = new STSClient(profile === undefined ? {} : { profile });
  return config.region().catch((error: unknown) => {
    if (error instanceof Error && error.message === 'Region is missing') return undefined;
    throw new Error('looking up the default AWS region', { cause: error });
  });
}

async function readCaBundle(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new Error(`reading the certificate authorities of aws.ca_bundle from ${path}`, { cause });
  }
}
