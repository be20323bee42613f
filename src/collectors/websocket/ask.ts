import type { Target } from '../../aws/targets.ts';
import { partitionOf } from '../../aws/targets.ts';
import { isConnectionId } from '../../core/websocket-id.ts';
import type { RowPlace } from '../../event-forms/access-log-row.ts';
import type { Verdict } from '../../polling/domain.ts';
import { type Judgement, judge, judgeAccount, notAsked } from '../../polling/judge.ts';
import { askDiscovered, askStage, judgeRows } from './ask-logs.ts';
import type { DiscoverOriginConfig } from './config.ts';
import { type Endpoint, feedOf } from './endpoint.ts';
import { reasonOf } from './estimate/endpoint-pass.ts';
import { createRoute } from './events/router.ts';
import type { ReadLog } from './feeds/source-logs.ts';
import type { Queue } from './feeds/source-sqs.ts';
import type { IdReader } from './ids/id-reader.ts';
import { toId } from './ids/row.ts';
import type { ScanTable } from './ids/source-dynamodb.ts';
import {
  DELETE,
  FILTER,
  LIST,
  LOOK_UP,
  logArns,
  lookUpArn,
  QUEUE,
  queueArn,
  RECEIVE,
  SCAN,
  tableArn,
} from './permissions.ts';
import { isNotFound, type Source } from './source.ts';

/** What a target is asked about, and with. */
export interface Asked {
  readonly source: Source;
  readonly scan: ScanTable;
  readonly readerOf: (endpoint: Endpoint) => IdReader | undefined;
  readonly readLog: ReadLog;
  readonly queueOf: (target: Target, url: string) => Queue;
  readonly now: () => number;
  readonly endpoints: readonly Endpoint[];
  /** Where ids of discovered stages come from; undefined while discovery is off. */
  readonly discoverOrigin: DiscoverOriginConfig | undefined;
  /** Whether a stage is not looked at. */
  readonly isExcluded: (apiId: string, stage: string, name: string) => boolean;
}

const NO_MESSAGE = 'asking would take a message from the queue; a pass will tell';

const NO_ID =
  'AWS judges this permission only with a connection id that it issued, and none is known here; a pass that knows one will tell';

/** Enough of a table that holds other things as well for a connection to be among them. */
const ROWS_TO_FIND_ONE = 25;

/** Asks a target for every permission that its endpoints need, changing nothing: reads some rows of a table, looks up one connection. */
export async function* ask(
  { source, scan, readLog, queueOf, now, readerOf, endpoints, discoverOrigin, isExcluded }: Asked,
  target: Target,
  signal: AbortSignal,
): AsyncIterable<Verdict> {
  if (endpoints.length === 0 && !discoverOrigin) return;
  const account = await judgeAccount(source, target, signal);
  if ('verdict' in account) return yield account.verdict;
  const { accountId } = account;
  const partition = partitionOf(target);
  if (discoverOrigin) {
    const place = { accountId, region: target.region, partition };
    if (discoverOrigin.type === 'access_log') {
      const isNamed = (apiId: string, stage: string) =>
        endpoints.some((one) => one.apiId === apiId && one.stage === stage);
      const isLeftOut = (apiId: string, stage: string, name: string) =>
        isNamed(apiId, stage) || isExcluded(apiId, stage, name);
      yield* askDiscovered({ source, readLog, now }, discoverOrigin, { target, place, isLeftOut }, signal);
    } else yield await judgeListing(source, target, place, signal);
    yield {
      action: LOOK_UP,
      resource: lookUpArn(place),
      ...notAsked('which stages there are is learned by a pass'),
    };
  }
  const route = createRoute(endpoints);
  for (const endpoint of endpoints) {
    const { target: own, origin, apiId, stage, url } = endpoint;
    const place = { accountId, region: own.region, partition };
    let id: string | undefined;
    let unread: string | undefined;
    if (origin.type === 'dynamodb') {
      const request = {
        table: origin.table,
        attributes: [origin.key],
        limit: origin.prefix === null ? 1 : ROWS_TO_FIND_ONE,
        startKey: undefined,
        segment: 0,
        segments: 1,
      };
      const read = await judge(async () => {
        const { rows } = await scan(own, request, signal);
        [id] = rows
          .flatMap((row) => toId(String(row[origin.key] ?? ''), origin.prefix) ?? [])
          .filter(isConnectionId);
      }, signal);
      yield { action: SCAN, resource: tableArn(place, origin.table), ...read };
    } else if (origin.type === 'access_log' && origin.log_group !== null) {
      const { log_group: group, keys } = origin;
      const { endpointId } = endpoint;
      const endpointOf = (row: RowPlace) => route(feedOf(endpoint) ?? '', row)?.endpointId;
      const about = { target: own, group, keys, endpointId, endpointOf };
      const { id: newest, ...read } = await judgeRows({ readLog, now }, about, signal);
      id = newest;
      yield { action: FILTER, resource: logArns(place, group)[0] ?? '*', ...read };
      if (apiId !== undefined && stage !== undefined)
        yield await askStage({ source }, { target: own, apiId, stage }, origin, place, signal);
    } else if (origin.type === 'sqs') {
      const resource = queueArn(place, origin.queue_url);
      const queue = queueOf(own, origin.queue_url);
      yield { action: QUEUE, resource, ...(await judge(() => queue.hasRedrive(signal), signal)) };
      // To ask would take a message, and hide it from whoever reads the queue.
      for (const action of [RECEIVE, DELETE]) yield { action, resource, ...notAsked(NO_MESSAGE) };
    } else if (origin.type === 'file') {
      try {
        const progress = await readerOf(endpoint)?.read(signal);
        const [first] = progress?.state === 'complete' ? progress.ids : [];
        id = first?.[0];
      } catch (cause) {
        unread = reasonOf(cause);
      }
    }
    yield {
      action: LOOK_UP,
      resource: lookUpArn(place, apiId, stage),
      ...(unread === undefined
        ? await judgeLookUp(source, own, url, id, signal)
        : { ...notAsked(unread), isFailure: true }),
    };
  }
}

/** Lists as far as every permission for that is needed once. */
async function judgeListing(
  source: Source,
  target: Target,
  { partition, region }: { readonly partition: string; readonly region: string },
  signal: AbortSignal,
): Promise<Verdict> {
  const listed = await judge(async () => {
    for await (const { apiId } of source.apis(target, signal)) {
      try {
        for await (const _ of source.stages(target, apiId, signal)) break;
      } catch (error) {
        // Of an API that was deleted meanwhile only those hear who may ask.
        if (!isNotFound(error)) throw error;
      }
      break;
    }
  }, signal);
  return { action: LIST, resource: `arn:${partition}:apigateway:${region}::/apis`, ...listed };
}

async function judgeLookUp(
  source: Source,
  target: Target,
  url: string,
  id: string | undefined,
  signal: AbortSignal,
): Promise<Judgement> {
  let isInvalid = false;
  if (id === undefined) return notAsked(NO_ID);
  const looked = await judge(async () => {
    isInvalid = (await source.lookUp(target, url, id, signal)).status === 'invalid';
  }, signal);
  // Ids are judged before permissions: that one is invalid says nothing of the permission.
  return isInvalid ? notAsked(NO_ID) : looked;
}
