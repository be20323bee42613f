import { toInstant } from '../core/instant.ts';
import type { ConnectionEvent } from '../core/websocket-event.ts';
import { isConnectionId } from '../core/websocket-id.ts';
import { toKeys } from './keys.ts';
import { repeatsKey } from './repeats-key.ts';

/** What is read of a row, by the name of the context variable that its value is of. */
type RowField = 'connectionId' | 'eventType' | 'status' | 'apiId' | 'stage' | 'domainName' | 'connectedAt';

/** The keys under which rows of JSON can have each field; the first that is there counts. */
export type RowKeys = Readonly<Record<RowField, readonly string[]>>;

/** The keys of the formats that AWS' console and the documents of this exporter recommend. */
export const USUAL_KEYS: RowKeys = {
  connectionId: ['connectionId'],
  eventType: ['eventType'],
  status: ['status'],
  apiId: ['apiId'],
  stage: ['stage'],
  domainName: ['domainName'],
  connectedAt: ['connectedAt'],
};

/** Whose a row is, as far as it says. */
export type RowPlace = Pick<ConnectionEvent, 'apiId' | 'stage' | 'domain'>;

/** What a row must have to tell who came and went, from the least on: whoever has one of them has those before it. */
export const ROW_NEEDS = ['form', 'connectionId', 'eventType', 'status'] as const;
export type RowNeed = (typeof ROW_NEEDS)[number];

/** What a row of an access log says. */
export type Row =
  /** A connection began or ended, at this time in milliseconds since 1970. */
  | { readonly is: 'event'; readonly event: ConnectionEvent; readonly at: number }
  /** A connect that was refused, a message, or a call of the management API: nothing began or ended. It may lack a connection id. */
  | {
      readonly is: 'refused' | 'message' | 'management';
      readonly lacks: 'connectionId' | undefined;
      readonly place: RowPlace;
    }
  /** Nothing that can be understood, for a reason in words that repeat nothing of it; without a place where nothing of it can be read. */
  | {
      readonly is: 'unreadable';
      readonly reason: string;
      readonly lacks: RowNeed;
      readonly place: RowPlace | undefined;
    };

/**
 * Reads a row in JSON, or in the console's CLF format; `loggedAt` is when it was logged, milliseconds since 1970, which stands in where the
 * row does not say when it was. `-` is how API Gateway writes what it does not know.
 */
export function toRow(text: string, keys: RowKeys, loggedAt: number): Row {
  const fields = /^\s*\{/.test(text) ? fromJson(text, keys) : fromClf(text);
  return typeof fields === 'string' ? unreadable(fields, 'form', undefined) : toMeaning(fields, loggedAt);
}

type Fields = Readonly<Partial<Record<keyof RowKeys | 'routeKey' | 'requestTimeEpoch', unknown>>>;

const TYPES: ReadonlyMap<unknown, 'connect' | 'disconnect' | 'message' | 'management'> = new Map([
  ['CONNECT', 'connect'],
  ['DISCONNECT', 'disconnect'],
  ['MESSAGE', 'message'],
  ['CONNECTION_API', 'management'],
]);

const NO_ID =
  'it has no connection id: add "connectionId":"$context.connectionId" to the format of the access log';
const NO_TYPE =
  'it does not say what happened: add "eventType":"$context.eventType" to the format of the access log';
const NO_STATUS =
  'it does not say whether the connect was refused: add "status":"$context.status" to the format of the access log';

function toMeaning(fields: Fields, loggedAt: number): Row {
  const { connectionId: id, routeKey } = fields;
  const hasId = isConnectionId(id) && id !== '-';
  const byRoute =
    routeKey === '$connect' || routeKey === '$disconnect' ? routeKey.slice(1).toUpperCase() : '';
  const type = TYPES.get(fields.eventType) ?? TYPES.get(byRoute);
  const { apiId, stage, domainName } = fields;
  const place = { apiId: given(apiId), stage: given(stage), domain: given(domainName)?.toLowerCase() };
  if (type === 'management' || type === 'message')
    return { is: type, lacks: hasId ? undefined : 'connectionId', place };
  if (!hasId) return unreadable(NO_ID, 'connectionId', place);
  if (type === undefined) return unreadable(NO_TYPE, 'eventType', place);
  const status = String(fields.status ?? '-');
  if (type === 'connect' && status === '-') return unreadable(NO_STATUS, 'status', place);
  if (type === 'connect' && !/^2\d\d$/.test(status)) return { is: 'refused', lacks: undefined, place };
  const at = toInstant(fields.requestTimeEpoch) ?? loggedAt;
  const connectedAt = toInstant(fields.connectedAt) ?? (type === 'connect' ? at : undefined);
  return { is: 'event', at, event: { type, connectionId: id, ...place, connectedAt } };
}

/** The fields of an object; or why there are none. */
function fromJson(text: string, keys: RowKeys): Fields | string {
  let row: unknown;
  try {
    row = JSON.parse(text);
  } catch {
    return 'it is not valid JSON';
  }
  if (typeof row !== 'object' || row === null) return 'it is not a JSON object';
  if (!isFlat(text, row) && repeatsKey(toKeys(text))) return 'its JSON has a key twice';
  const values = row as Readonly<Record<string, unknown>>;
  const find = (names: readonly string[]) => {
    for (const name of names) if (Object.hasOwn(values, name)) return values[name];
    return undefined;
  };
  return {
    connectionId: find(keys.connectionId),
    eventType: find(keys.eventType),
    status: find(keys.status),
    apiId: find(keys.apiId),
    stage: find(keys.stage),
    domainName: find(keys.domainName),
    connectedAt: find(keys.connectedAt),
    routeKey: find(['routeKey']),
    requestTimeEpoch: find(['requestTimeEpoch']),
  };
}

/**
 * Whether it has no key twice, seen at a glance: as many keys are read as are written. A text without backslashes has `":` behind its keys
 * and nowhere else; with blanks before the colon, or objects within, they are fewer or more.
 */
function isFlat(text: string, row: object): boolean {
  if (text.includes('\\')) return false;
  let written = 0;
  for (let at = text.indexOf('":'); at >= 0; at = text.indexOf('":', at + 2)) written += 1;
  return written === Object.keys(row).length && !/"\s+:/.test(text);
}

/** `… "eventType routeKey connectionId" status requestId`; a route key can hold blanks. */
const CLF = /"([A-Z_]+) (.*) (\S+)" (\S+) \S+\s*$/;

function fromClf(text: string): Fields | string {
  const match = CLF.exec(text);
  if (!match)
    return "it is neither JSON nor of the console's CLF format, which ends with a connection id, a status and a request id";
  const [, eventType, routeKey, connectionId, status] = match;
  return { eventType, routeKey, connectionId, status };
}

function given(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && value !== '-' ? value : undefined;
}

function unreadable(reason: string, lacks: RowNeed, place: RowPlace | undefined): Row {
  return { is: 'unreadable', reason, lacks, place };
}
