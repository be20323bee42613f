import type { AgentOptions } from 'node:https';
import { isIP } from 'node:net';
import { takeSmallFile } from '../files/small-file.ts';
import { remember } from './remember.ts';
import { HttpSockets, HttpsSockets, IDLE_MS } from './sockets.ts';
import type { Target } from './targets.ts';

/** What of AWS is asked, by the prefix that IAM gives to its actions. */
export const APIS = ['ec2', 'sts', 'execute-api', 'apigateway', 'dynamodb', 'logs', 'sqs'] as const;

/** One of `APIS`. */
export type Api = (typeof APIS)[number];

/** The name under which AWS sees us. */
export const APP = 'aws-connections-exporter';

/** How AWS is reached; times in milliseconds. */
export interface AwsOptions {
  /** Instead of AWS' own host, for every service. */
  readonly endpointUrl?: string;
  /** The same for one service. */
  readonly endpointUrls?: Readonly<Partial<Record<Api, string>>>;
  /** Path of a PEM file that replaces the certificate authorities built in. */
  readonly caBundle?: string;
  readonly connectTimeoutMs: number;
  /** Until the answer begins, and again for every silence within it. */
  readonly requestTimeoutMs: number;
  readonly maxAttempts: number;
  /** Instead of `IDLE_MS`. */
  readonly idleMs?: number;
}

/** The part of a client's configuration that says how AWS is reached; its sockets are shared by all clients. */
export type Connection = ReturnType<typeof createConnection>;

/** The endpoint that a URL gives to a client: the SDK refuses one beside FIPS or dual-stack, which choose a host themselves. */
export function at(endpoint: string) {
  return { endpoint, useFipsEndpoint: false, useDualstackEndpoint: false };
}

/** Sockets and settings for any number of clients. */
export function createConnection(options: AwsOptions) {
  const { idleMs = IDLE_MS } = options;
  const httpAgent = new HttpSockets(idleMs);
  const httpsAgents: HttpsSockets[] = [];

  const httpsAgent = remember(
    (servername?: string) => servername ?? '',
    async (servername) => {
      const agentOptions: AgentOptions & { ca?: string } = {};
      if (options.caBundle !== undefined) agentOptions.ca = await readCaBundle(options.caBundle);
      // An address is no server name; without one, Node.js checks the certificate against the address itself.
      if (servername !== undefined)
        agentOptions.servername = isIP(servername.replace(/[[\]]/g, '')) === 0 ? servername : '';
      const agent = new HttpsSockets(idleMs, agentOptions);
      httpsAgents.push(agent);
      return agent;
    },
  );

  /** The SDK's override for an API, if there is one. */
  const endpointUrl = (api: Api): string | undefined => options.endpointUrls?.[api] ?? options.endpointUrl;

  /**
   * With `servername`, certificates are those of that host instead of the one in the request's Host header; `waitMs` is how much longer than others
   * an answer may take to begin, because it waits for something to tell.
   */
  const requestHandler = async (servername?: string, waitMs = 0) => {
    const { HttpHandler } = await import('./http-handler.ts');
    return new HttpHandler({
      connectionTimeout: options.connectTimeoutMs,
      requestTimeout: options.requestTimeoutMs + waitMs,
      // Without this the SDK only writes a warning to the console.
      throwOnRequestTimeout: true,
      // The request timeout ends with the first byte; this one catches a body that stalls.
      socketTimeout: options.requestTimeoutMs + waitMs,
      httpAgent,
      httpsAgent: await httpsAgent(servername),
    });
  };

  return {
    endpointUrl,
    requestHandler,
    /** For a client of `api` whose endpoint is the SDK's own or the override. */
    async settings(api: Api, { region, profile }: Target, waitMs = 0) {
      const endpoint = endpointUrl(api);
      return {
        region,
        maxAttempts: options.maxAttempts,
        requestHandler: await requestHandler(undefined, waitMs),
        userAgentAppId: APP,
        ...(profile === undefined ? {} : { profile }),
        ...(endpoint === undefined ? {} : at(endpoint)),
      };
    },
    /** Calls under way fail. */
    close(): void {
      httpAgent.destroy();
      for (const agent of httpsAgents) agent.destroy();
    },
  };
}

async function readCaBundle(path: string): Promise<string> {
  try {
    return (await takeSmallFile(path)).toString();
  } catch (cause) {
    throw new Error(`reading the certificate authorities of aws.ca_bundle from ${path}`, { cause });
  }
}
