import { textsOf } from '../wire/aws-json.ts';
import type { Call, Json } from '../wire/service.ts';
import { invalid, violates } from './errors.ts';
import { compilePattern, type Filter } from './filter-pattern.ts';
import type { LogEvent } from './group.ts';

/** What FilterLogEvents is asked for, read and judged. */
export interface FilterRequest {
  /** The ARN of the group. */
  readonly group: string;
  /** Both ends belong to the range; milliseconds since 1970. */
  readonly startTime: number;
  readonly endTime: number;
  readonly limit: number;
  readonly matches: (event: LogEvent) => boolean;
  readonly isForward: boolean;
  readonly nextToken: string | undefined;
  /** Everything that a token is bound to. */
  readonly scope: string;
}

const maxEvents = 10_000;
const maxStreams = 100;

/** Reads a call of FilterLogEvents; throws what AWS refuses in it. */
export function readFilterRequest({ json = {}, accountId, region }: Call): FilterRequest {
  const { nextToken, ...bound } = json;
  const limit = numberOf(json, 'limit') ?? maxEvents;
  if (!Number.isInteger(limit) || limit < 1)
    throw violates('limit', limit, 'have value greater than or equal to 1');
  if (limit > maxEvents) throw violates('limit', limit, `have value less than or equal to ${maxEvents}`);
  const startTime = numberOf(json, 'startTime') ?? 0;
  const endTime = numberOf(json, 'endTime') ?? Number.POSITIVE_INFINITY;
  if (startTime < 0) throw violates('startTime', startTime, 'have value greater than or equal to 0');
  if (nextToken !== undefined && typeof nextToken !== 'string')
    throw invalid('The specified nextToken is invalid.');
  const pattern = textOf(json, 'filterPattern');
  return {
    group: groupOf(json, accountId, region),
    startTime,
    endTime,
    limit,
    matches: both(compilePattern(pattern), streamsOf(json)),
    isForward: json.startFromHead !== false,
    nextToken,
    scope: JSON.stringify([accountId, region, Object.entries(bound).sort()]),
  };
}

function groupOf(json: Json, accountId: string, region: string): string {
  const name = textOf(json, 'logGroupName');
  const identifier = textOf(json, 'logGroupIdentifier');
  if ((name === undefined) === (identifier === undefined))
    throw invalid('Exactly one of logGroupName and logGroupIdentifier must be specified.');
  if (name !== undefined && !/^[.\-_/#A-Za-z0-9]{1,512}$/.test(name))
    throw violates('logGroupName', name, 'satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+');
  if (identifier !== undefined && !/^[\w#+=/:,.@-]{1,2048}$/.test(identifier))
    throw violates('logGroupIdentifier', identifier, 'satisfy regular expression pattern: [\\w#+=/:,.@-]*');
  if (identifier?.startsWith('arn:')) return identifier;
  return `arn:aws:logs:${region}:${accountId}:log-group:${name ?? identifier}`;
}

function streamsOf(json: Json): (stream: string) => boolean {
  const prefix = textOf(json, 'logStreamNamePrefix');
  const { logStreamNames } = json;
  if (logStreamNames === undefined) return (stream) => prefix === undefined || stream.startsWith(prefix);
  if (prefix !== undefined)
    throw invalid('LogStreamNames and LogStreamNamePrefix parameters are mutually exclusive.');
  const names = textsOf(logStreamNames);
  if (!names || names.length === 0 || names.length > maxStreams)
    throw violates('logStreamNames', logStreamNames, `have length between 1 and ${maxStreams}`);
  return (stream) => names.includes(stream);
}

function both(isMessage: Filter, isStream: (stream: string) => boolean) {
  return ({ message, stream }: LogEvent) => isStream(stream) && isMessage(message);
}

function textOf(json: Json, name: string): string | undefined {
  const value = json[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw violates(name, JSON.stringify(value), 'be a string');
  return value;
}

function numberOf(json: Json, name: string): number | undefined {
  const value = json[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number') throw violates(name, JSON.stringify(value), 'be a number');
  return value;
}
