import { isDeepStrictEqual } from 'node:util';
import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { brokenAnswer } from '../../../aws/answers.ts';
import type { Aws } from '../../../aws/clients.ts';
import type { Target } from '../../../aws/targets.ts';

/** A string or, as its text, a number of DynamoDB; undefined for anything else, and where the item has no such attribute. */
export type Attribute = string | number | undefined;

/** Where a scan goes on; nobody but DynamoDB can read it. */
export type StartKey = Readonly<Record<string, AttributeValue>>;

/** One page of a scan: at most `limit` items of segment `segment` of `segments`, after `startKey`. */
export interface ScanRequest {
  readonly table: string;
  /** Names of top-level attributes, any characters allowed. */
  readonly attributes: readonly string[];
  readonly limit: number;
  readonly startKey: StartKey | undefined;
  readonly segment: number;
  readonly segments: number;
}

/** What a page holds, where the next begins (undefined after the last), and the read capacity units that it took. */
export interface ScanPage {
  readonly rows: readonly Readonly<Record<string, Attribute>>[];
  readonly nextKey: StartKey | undefined;
  readonly capacityUnits: number;
}

/** Reads a page, eventually consistent; rejects with the SDK's error, and when the answer is no page or does not go on. */
export type ScanTable = (target: Target, request: ScanRequest, signal: AbortSignal) => Promise<ScanPage>;

/** The scan that asks DynamoDB through the SDK; throttling is retried as the client is configured. */
export function createScan(aws: Pick<Aws, 'dynamoDb'>): ScanTable {
  return async (target, { table, attributes, limit, startKey, segment, segments }, abortSignal) => {
    const { ScanCommand } = await import('@aws-sdk/client-dynamodb');
    const client = await aws.dynamoDb(target);
    // Through placeholders, since a name can be a reserved word (ttl) or hold a dot; twice the same is refused.
    const names = Object.fromEntries([...new Set(attributes)].map((name, i) => [`#a${i}`, name]));
    const command = new ScanCommand({
      TableName: table,
      ProjectionExpression: Object.keys(names).join(', '),
      ExpressionAttributeNames: names,
      Limit: limit,
      ExclusiveStartKey: startKey,
      Segment: segment,
      TotalSegments: segments,
      ReturnConsumedCapacity: 'TOTAL',
    });
    const { Items, LastEvaluatedKey, ConsumedCapacity, ScannedCount } = await client.send(command, {
      abortSignal,
    });
    // The SDK hands on what JSON holds, whatever its types say.
    if (!Array.isArray(Items)) throw brokenAnswer('Scan: the answer lacks its items');
    if (
      LastEvaluatedKey !== undefined &&
      !(isObject(LastEvaluatedKey) && Object.values(LastEvaluatedKey).every(isObject))
    )
      throw brokenAnswer('Scan: the key of the next page is no key');
    if (LastEvaluatedKey !== undefined && isDeepStrictEqual(LastEvaluatedKey, startKey))
      throw brokenAnswer('Scan: the next page would begin where this one began; the scan would never end');
    return {
      rows: Items.map((item) =>
        Object.fromEntries(
          attributes.map((name) => [name, toAttribute(isObject(item) ? item[name] : undefined)]),
        ),
      ),
      nextKey: LastEvaluatedKey,
      // Other servers of this API may not say: half a unit is what DynamoDB takes for an item of 4 KB.
      capacityUnits: count(ConsumedCapacity?.CapacityUnits) ?? (count(ScannedCount) ?? Items.length) / 2,
    };
  };
}

function toAttribute(value: unknown): Attribute {
  const { S, N } = isObject(value) ? value : {};
  const found = S ?? N;
  return typeof found === 'string' ? found : undefined;
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
