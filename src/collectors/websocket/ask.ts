import type { Target } from '../../aws/targets.ts';
import { partitionOf } from '../../aws/targets.ts';
import { isConnectionId } from '../../core/websocket-id.ts';
import type { Verdict } from '../../polling/domain.ts';
import { type Judgement, judge, judgeAccount, notAsked } from '../../polling/judge.ts';
import type { Endpoint } from './endpoint.ts';
import { reasonOf } from './estimate/endpoint-pass.ts';
import type { IdReader } from './ids/id-reader.ts';
import { toId } from './ids/row.ts';
import type { ScanTable } from './ids/source-dynamodb.ts';
import { LIST, LOOK_UP, lookUpArn, SCAN, tableArn } from './permissions.ts';
import { isNotFound, type Source } from './source.ts';

/** What a target is asked about, and with. */
export interface Asked {
  readonly source: Source;
  readonly scan: ScanTable;
  readonly readerOf: (endpoint: Endpoint) => IdReader | undefined;
  readonly endpoints: readonly Endpoint[];
  readonly discovers: boolean;
}

const NO_ID =
  'AWS judges this permission only with a connection id that it issued, and none is known here; a pass that knows one will tell';

/** Enough of a table that holds other things as well for a connection to be among them. */
const ROWS_TO_FIND_ONE = 25;

/** Asks a target for every permission that its endpoints need, changing nothing: reads some rows of a table, looks up one connection. */
export async function* ask(
  { source, scan, readerOf, endpoints, discovers }: Asked,
  target: Target,
  signal: AbortSignal,
): AsyncIterable<Verdict> {
  if (endpoints.length === 0 && !discovers) return;
  const account = await judgeAccount(source, target, signal);
  if ('verdict' in account) return yield account.verdict;
  const { accountId } = account;
  const partition = partitionOf(target);
  if (discovers) {
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
    const resource = `arn:${partition}:apigateway:${target.region}::/apis`;
    yield { action: LIST, resource, ...listed };
    yield {
      action: LOOK_UP,
      resource: lookUpArn({ accountId, region: target.region, partition }),
      ...notAsked('which stages there are is learned by a pass'),
    };
  }
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
