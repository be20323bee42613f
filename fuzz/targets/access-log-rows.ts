import fc from 'fast-check';
import { isConnectionId } from '../../src/core/websocket-id.ts';
import { type Row, toRow, USUAL_KEYS } from '../../src/event-forms/access-log-row.ts';
import {
  CLF_FORMAT,
  CONSOLE_JSON_FORMAT,
  JSON_FORMAT,
  writeRow,
} from '../../src/simulator/websocket/access-log-format.ts';
import { type Bytes, mutated, toBuffer, toBytes } from '../mutations.ts';
import { createTarget } from '../target.ts';
import { FORGERIES, forgery, TRUE_ID, unescaped } from './forgeries.ts';

/** When a row was logged that does not say when it happened. */
const LOGGED_AT = 1790328029400;

interface Input {
  readonly row: Bytes;
  /** The id that alone may be taken, where a client wrote into the row; null where it has only to stand in it. */
  readonly id: string | null;
}

const values = fc.record({
  requestId: fc.constant('EP5yqFByIAMElXw='),
  apiId: fc.constantFrom('a1b2c3d4e5', '-'),
  stage: fc.constantFrom('prod', '$default', '-'),
  eventType: fc.constantFrom('CONNECT', 'DISCONNECT', 'MESSAGE', 'CONNECTION_API', 'PING', '-'),
  routeKey: fc.constantFrom(
    '$connect',
    '$disconnect',
    'send message',
    'GET /@connections/{connectionId}',
    '-',
  ),
  status: fc.constantFrom('200', '204', '403', '502', '-', ''),
  connectionId: fc.constantFrom(TRUE_ID, '-', ''),
  connectedAt: fc.constantFrom('1790328029377', '-', '-1', '1e300', '2026-09-25'),
  requestTimeEpoch: fc.constantFrom('1790328029391', '-', 'soon', '9'.repeat(30)),
  requestTime: fc.constant('25/Sep/2026:08:00:29 +0000'),
});

const FORMATS = [JSON_FORMAT, CONSOLE_JSON_FORMAT, CLF_FORMAT];
const whole = fc.tuple(fc.constantFrom(...FORMATS), values).map(([format, of]) => writeRow(format, of));

/** Formats with something that clients write, before and behind the true id, and what they write there. */
const WRITTEN = [
  JSON_FORMAT.replace('"requestId"', '"userAgent":"$context.identity.userAgent","requestId"'),
  JSON_FORMAT.replace(/\}$/, ',"userAgent":"$context.identity.userAgent"}'),
  '{"identity":{"userAgent":"$context.identity.userAgent"},"status":"$context.status","eventType":"$context.eventType","connectionId":"$context.connectionId"}',
];
const forged = fc.tuple(fc.constantFrom(...WRITTEN), values, forgery).map(([format, of, written]): Input => {
  const context = { ...of, connectionId: TRUE_ID, 'identity.userAgent': written };
  return { row: toBytes(writeRow(format, context)), id: TRUE_ID };
});

const asInput = (rows: fc.Arbitrary<Bytes>) => rows.map((row): Input => ({ row, id: null }));
const changed = Object.entries(mutated(whole, FORGERIES)).map(
  ([kind, rows]) => [kind, asInput(rows)] as const,
);

/** Rows of access logs, in each format that is read, and what clients can write into them. */
export const accessLogRows = createTarget<Input>({
  name: 'access-log-rows',
  inputs: { whole: asInput(whole.map(toBytes)), forged, ...Object.fromEntries(changed) },
  open: async () => ({
    judge({ row, id }) {
      const text = toBuffer(row).toString();
      judgeRow(toRow(text, USUAL_KEYS, LOGGED_AT), text, id);
    },
    close: async () => {},
  }),
});

/** Throws when what was made of a text is not what it may be. */
export function judgeRow(row: Row, text: string, id: string | null): void {
  if (row.is === 'unreadable') {
    if (row.reason.length > 300) throw new Error(`a reason of ${row.reason.length} characters`);
    if (row.reason.includes('Id0123')) throw new Error(`a reason that repeats the row: ${row.reason}`);
    return;
  }
  if (row.is === 'event') judgeEvent(row, text, id);
}

/** Throws when an event is none, or of another connection than the text says. */
export function judgeEvent(
  { event, at }: Extract<Row, { readonly is: 'event' }>,
  text: string,
  id: string | null,
): void {
  const { connectionId, connectedAt, type } = event;
  if (!isConnectionId(connectionId)) throw new Error(`${JSON.stringify(connectionId)} is no connection id`);
  if (id !== null && connectionId !== id) throw new Error(`${connectionId} was taken, and ${id} is true`);
  if (!unescaped(text).includes(connectionId))
    throw new Error(`${connectionId} was taken, which nobody said`);
  if (type !== 'connect' && type !== 'disconnect' && type !== 'message') throw new Error(`it is a ${type}`);
  for (const time of [at, connectedAt ?? 0])
    if (!(Number.isInteger(time) && time >= 0)) throw new Error(`it happened at ${time}`);
}
