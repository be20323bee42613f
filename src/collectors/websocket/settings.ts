import type { Aws } from '../../aws/clients.ts';
import type { Target } from '../../aws/targets.ts';
import type { Clock } from '../../core/clock.ts';
import type { WebsocketConfig } from './config.ts';
import { type Endpoint, registryKey, targetKey, toNamed } from './endpoint.ts';
import { createDynamoDbReader } from './ids/dynamodb-reader.ts';
import { createFileReader } from './ids/file-reader.ts';
import type { IdReader } from './ids/id-reader.ts';
import type { Reject } from './ids/row.ts';
import { createScan } from './ids/source-dynamodb.ts';
import type { PassOptions } from './pass-options.ts';

/** What a pass is told by the configuration. */
export function toPassOptions(
  config: WebsocketConfig,
  targets: readonly Target[],
  maxConnections: number,
): PassOptions {
  return {
    named: config.endpoints.map((endpoint) => toNamed(endpoint, targets)),
    discoverOrigin: config.discover ? config.discover_source : undefined,
    exclude: config.exclude,
    sampleSize: config.sample_size,
    requestsPerSecond: config.requests_per_second,
    concurrency: config.concurrency,
    timeoutMs: config.timeout,
    staleAfterMs: config.stale_after,
    idleAfterMs: config.idle_after,
    confidence: config.confidence,
    maxConnections,
  };
}

/** The listing of each endpoint's ids, made once; undefined where they come from events. */
export function createReaders(
  aws: Pick<Aws, 'dynamoDb'>,
  clock: Clock,
  reject: (endpoint: Endpoint, ...about: Parameters<Reject>) => void,
): (endpoint: Endpoint) => IdReader | undefined {
  const scan = createScan(aws);
  const made = new Map<string, IdReader>();
  const rejectOf =
    (endpoint: Endpoint): Reject =>
    (...about) =>
      reject(endpoint, ...about);
  const make = (endpoint: Endpoint): IdReader | undefined => {
    const { origin, target } = endpoint;
    if (origin.type === 'file')
      return createFileReader({ path: origin.path, clock, reject: rejectOf(endpoint) });
    if (origin.type !== 'dynamodb') return undefined;
    return createDynamoDbReader({
      scan: (request, signal) => scan(target, request, signal),
      config: origin,
      clock,
      reject: rejectOf(endpoint),
    });
  };
  return (endpoint) => {
    const key = JSON.stringify(registryKey(endpoint));
    const listing = made.get(key) ?? make(endpoint);
    if (listing) made.set(key, listing);
    return listing;
  };
}

/** Whether events wait somewhere to be read. */
export function isFollowed({ named, discoverOrigin }: PassOptions): boolean {
  const types = [...named.map(({ origin }) => origin.type), discoverOrigin?.type];
  return types.includes('access_log') || types.includes('sqs');
}

/** The targets that are asked: those of named endpoints and, with discovery, all; each once. */
export function targetsOf(
  { named, discoverOrigin }: PassOptions,
  targets: readonly Target[],
): readonly Target[] {
  const all = [...(discoverOrigin ? targets : []), ...named.map(({ target }) => target)];
  return [...new Map(all.map((target) => [targetKey(target), target])).values()];
}
