import fc from 'fast-check';
import { USUAL_KEYS } from '../../src/event-forms/access-log-row.ts';
import { toMessage } from '../../src/event-forms/message.ts';
import { JSON_FORMAT, writeRow } from '../../src/simulator/websocket/access-log-format.ts';
import { type Bytes, mutated, toBuffer, toBytes } from '../mutations.ts';
import { createTarget } from '../target.ts';
import { judgeEvent } from './access-log-rows.ts';
import { FORGERIES, forgery, TRUE_ID } from './forgeries.ts';

const SENT_AT = 1790328029400;

interface Input {
  readonly body: Bytes;
  /** The id that alone may be taken, where a client wrote into the message; null where it has only to stand in it. */
  readonly id: string | null;
}

const types = fc.constantFrom('CONNECT', 'DISCONNECT', 'MESSAGE', 'connect', '', '$default');
const times = fc.constantFrom<unknown>(1790328029377, '1790328029377', '-', -1, 1e300, null, undefined);

/** Messages in each shape: an event of a function, a flat body, headers as JSON, and a row. */
const whole = fc
  .tuple(fc.nat(3), types, times, times)
  .map(([shape, eventType, connectedAt, requestTimeEpoch]) => {
    const place = { apiId: 'a1b2c3d4e5', stage: 'prod' };
    const told = { connectionId: TRUE_ID, eventType, ...place, connectedAt, requestTimeEpoch };
    if (shape === 0) return JSON.stringify({ requestContext: told });
    if (shape === 1) return JSON.stringify(told);
    if (shape === 2)
      return JSON.stringify({
        ConnectionId: TRUE_ID,
        EventType: eventType,
        ApiId: place.apiId,
        ConnectedAt: connectedAt,
      });
    return writeRow(JSON_FORMAT, { ...place, eventType, connectionId: TRUE_ID, status: 200 });
  });

/** What a function sends that puts together JSON by hand, with what a client wrote. */
const TEMPLATES: readonly ((written: string, type: string) => string)[] = [
  (written, type) => `{"connectionId":"${TRUE_ID}","eventType":"${type}","params":"${written}"}`,
  (written, type) => `{"user":"${written}","eventType":"${type}","connectionId":"${TRUE_ID}"}`,
  (written, type) => `{"user":"${written}","EventType":"${type}","ConnectionId":"${TRUE_ID}"}`,
  (written, type) =>
    `{"requestContext":{"connectionId":"${TRUE_ID}","eventType":"${type}"},"body":"${written}"}`,
];
const forged = fc.tuple(fc.constantFrom(...TEMPLATES), forgery, types).map(
  ([template, written, type]): Input => ({
    body: toBytes(template(written, type)),
    id: TRUE_ID,
  }),
);
const sized = fc
  .integer({ min: 65_400, max: 65_700 })
  .map(
    (length): Input => ({
      body: `{"connectionId":"A=","eventType":"CONNECT","a":"${'x'.repeat(length)}"}`,
      id: null,
    }),
  );

const asInput = (bodies: fc.Arbitrary<Bytes>) => bodies.map((body): Input => ({ body, id: null }));
const changed = Object.entries(mutated(whole, FORGERIES)).map(
  ([kind, bodies]) => [kind, asInput(bodies)] as const,
);

/** Messages of queues in every shape that is taken, and what clients can write into them. */
export const queueMessages = createTarget<Input>({
  name: 'queue-messages',
  inputs: { whole: asInput(whole.map(toBytes)), forged, size: sized, ...Object.fromEntries(changed) },
  open: async () => ({
    judge({ body, id }) {
      const text = toBuffer(body).toString();
      const message = toMessage(text, USUAL_KEYS, SENT_AT);
      if (message.is === 'event') judgeEvent(message, text, id);
      if (message.is !== 'unreadable') return;
      if (message.reason.length > 300) throw new Error(`a reason of ${message.reason.length} characters`);
      if (message.reason.includes('Id0123'))
        throw new Error(`a reason that repeats the message: ${message.reason}`);
    },
    close: async () => {},
  }),
});
