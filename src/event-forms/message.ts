import { toInstant } from '../core/instant.ts';
import type { ConnectionEvent } from '../core/websocket-event.ts';
import { type RowKeys, toRow } from './access-log-row.ts';
import { toBodyEvent, toHeaderEvent } from './shapes.ts';

/** What a message of a queue says. */
export type Message =
  /** Something happened to a connection, at this time in milliseconds since 1970. */
  | { readonly is: 'event'; readonly event: ConnectionEvent; readonly at: number }
  /** A row of an access log in which nothing began or ended. */
  | { readonly is: 'refused' | 'message' | 'management' }
  /** Nothing that can be understood, for a reason in words that repeat nothing of it. */
  | { readonly is: 'unreadable'; readonly reason: string };

/** The longest message that is read, in characters. */
export const LONGEST = 65_536;
const ANY = { type: undefined };

/**
 * Reads a message: an event in one of the shapes that the intake takes, its headers as JSON among them, or a row of an access log; `sentAt`,
 * milliseconds since 1970, stands in where it does not say when it was.
 */
export function toMessage(body: string, keys: RowKeys, sentAt: number): Message {
  if (body.length > LONGEST) return { is: 'unreadable', reason: 'it is too long: expected at most 64 KiB' };
  const json = parse(body);
  if (json === undefined || isRow(json, keys)) return toRow(body, keys, sentAt);
  const headers = lowerCased(json);
  const isHeaders = !Object.hasOwn(json, 'connectionId') && Object.hasOwn(headers, 'connectionid');
  const event = isHeaders ? toHeaderEvent(ANY, headers) : toBodyEvent(ANY, body);
  if ('reason' in event) return { is: 'unreadable', reason: event.reason };
  const said = toInstant(json.requestTimeEpoch) ?? toInstant(contextOf(json).requestTimeEpoch);
  const at = said ?? (event.type === 'connect' ? event.connectedAt : undefined) ?? sentAt;
  const connectedAt = event.connectedAt ?? (event.type === 'connect' ? at : undefined);
  return { is: 'event', at, event: { ...event, connectedAt } };
}

type Json = Readonly<Record<string, unknown>>;

/** Rows say how a request went, which none of the intake's shapes does at that place. */
function isRow(json: Json, keys: RowKeys): boolean {
  return [...keys.status, 'routeKey'].some((key) => Object.hasOwn(json, key));
}

function contextOf({ requestContext }: Json): Json {
  return typeof requestContext === 'object' && requestContext !== null ? (requestContext as Json) : {};
}

/** With names as Node.js has them of headers, and values that are texts. */
function lowerCased(json: Json): Record<string, string> {
  const texts = Object.entries(json).filter(
    ([, value]) => typeof value === 'string' || typeof value === 'number',
  );
  return Object.fromEntries(texts.map(([name, value]) => [name.toLowerCase(), String(value)]));
}

function parse(body: string): Json | undefined {
  try {
    const json: unknown = JSON.parse(body);
    return typeof json === 'object' && json !== null && !Array.isArray(json) ? (json as Json) : undefined;
  } catch {
    return undefined;
  }
}
