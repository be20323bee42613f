import type { IncomingHttpHeaders } from 'node:http';
import { toInstant } from '../core/instant.ts';
import type { ConnectionEvent } from '../core/websocket-event.ts';
import { isConnectionId } from '../core/websocket-id.ts';
import { toKeys } from './keys.ts';
import { isNamedTwice } from './named-twice.ts';
import { repeatsKey } from './repeats-key.ts';

/** A path that events are sent to, with the type of its events; undefined where the event itself says it. */
export interface EventPath {
  readonly type: ConnectionEvent['type'] | undefined;
}

/** Why a request is no event, in a sentence that repeats nothing of it, and the HTTP status that says so. */
export interface Unreadable {
  readonly status: 400 | 413;
  readonly reason: string;
}

const PATHS: ReadonlyMap<string, EventPath> = new Map([
  ['/websocket/connect', { type: 'connect' }],
  ['/websocket/disconnect', { type: 'disconnect' }],
  ['/websocket/message', { type: 'message' }],
  ['/websocket', { type: undefined }],
]);

/** API Gateway's event types, and the route keys that say the same. */
const TYPES: ReadonlyMap<string, ConnectionEvent['type']> = new Map([
  ['connect', 'connect'],
  ['$connect', 'connect'],
  ['disconnect', 'disconnect'],
  ['$disconnect', 'disconnect'],
  ['message', 'message'],
]);

const EXPECTED =
  'Expected a header ConnectionId, or a JSON object with connectionId or with requestContext.connectionId.';

/** What the path (without its query) is for; undefined when no event is taken there. */
export function toEventPath(path: string): EventPath | undefined {
  return PATHS.get(path);
}

/** Whether the headers name the connection, well or badly: then the body is a client's message, and nothing in it may be believed. */
export function namesConnection(headers: IncomingHttpHeaders): boolean {
  return headers.connectionid !== undefined;
}

/** Decodes headers mapped from the context of API Gateway (shape 1). */
export function toHeaderEvent(path: EventPath, headers: IncomingHttpHeaders): ConnectionEvent | Unreadable {
  const { connectionid, apiid, stage, domainname, eventtype, connectedat } = headers;
  const fields = {
    connectionId: connectionid,
    apiId: apiid,
    stage,
    eventType: eventtype,
    connectedAt: connectedat,
  };
  return toEvent(path, 'The header ConnectionId', fields, domainname);
}

/** Decodes the JSON of a mapping template (shape 2) or of a Lambda proxy integration (shape 3). */
export function toBodyEvent(path: EventPath, body: string): ConnectionEvent | Unreadable {
  if (body === '') return unreadable(`The request has neither a header ConnectionId nor a body. ${EXPECTED}`);
  const json = parse(body);
  if (json === undefined) return unreadable(`The body is not JSON. ${EXPECTED}`);
  if (!isObject(json)) return unreadable(`The body is not a JSON object. ${EXPECTED}`);
  const keys = toKeys(body);
  if (repeatsKey(keys)) return unreadable(`The body's JSON has a key twice. ${EXPECTED}`);
  if (isNamedTwice(keys)) return unreadable(`The body names a connection in two places. ${EXPECTED}`);
  if (Object.hasOwn(json, 'connectionId')) return toEvent(path, 'The field connectionId', json, json.domain);
  const context = json.requestContext;
  if (!isObject(context) || !Object.hasOwn(context, 'connectionId'))
    return unreadable(`The body names no connection. ${EXPECTED}`);
  return toEvent(path, 'The field requestContext.connectionId', context, context.domainName);
}

function toEvent(
  path: EventPath,
  name: string,
  { connectionId, apiId, stage, eventType, connectedAt }: Readonly<Record<string, unknown>>,
  domain: unknown,
): ConnectionEvent | Unreadable {
  if (!isConnectionId(connectionId))
    return unreadable(`${name} is not a connection id: expected one text of 1 to 128 characters.`);
  const named = typeof eventType === 'string' ? TYPES.get(eventType.toLowerCase()) : undefined;
  const type = path.type ?? named;
  if (type === undefined)
    return unreadable(
      'Neither the path nor the event says what happened: map EventType (CONNECT, DISCONNECT or MESSAGE), or send to /websocket/connect, /websocket/disconnect or /websocket/message.',
    );
  if (named !== undefined && named !== type)
    return unreadable(`The path takes ${type} events, and the event says that it is a ${named} event.`);
  return {
    type,
    connectionId,
    apiId: text(apiId),
    stage: text(stage),
    // The name that the client asked for, in its own upper and lower case.
    domain: text(domain)?.toLowerCase(),
    connectedAt: toInstant(connectedAt),
  };
}

function unreadable(reason: string): Unreadable {
  return { status: 400, reason };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
