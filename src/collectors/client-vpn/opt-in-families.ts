import type { Family } from '../../core/family.ts';
import { OTHER } from '../../core/slots.ts';
import { AS_OF, seconds, valuesBy } from '../../polling/families.ts';
import { NO_USER } from './book.ts';
import { inWords, makersOf, type ReadableState } from './family-makers.ts';
import { COUNTERS, type Connection } from './record.ts';

/** The counters that series by user and by connection have: bytes, not packets. */
const BYTES = COUNTERS.slice(0, 2);

/** How many series a user has. */
export const SERIES_PER_USER = 3;
/** How many series a connection has. */
export const SERIES_PER_CONNECTION = 4;

/** Series by user. */
export function userFamilies(state: ReadableState): readonly Family[] {
  const { counter, polled } = makersOf(state);
  return optedIn([
    polled('user_connections', {
      help: `Active connections of this user (users past the cap together as ${OTHER})`,
      labels: ['user'],
      values: ({ listing }) => valuesBy('user', listing.userConnections, (connections) => connections),
    }),
    ...BYTES.map((name, index) =>
      counter(`user_${name}_total`, {
        help: `Total ${inWords(name)} of this user since its series began (users past the cap together as ${OTHER}), ${AS_OF}.`,
        labels: ['user'],
        *values({ counters }) {
          const { slots = [], other } = counters?.users ?? {};
          for (const { user, totals } of slots) yield [{ user }, Number(totals[index] ?? 0)];
          if (other) yield [{ user: OTHER }, Number(other[index] ?? 0)];
        },
      }),
    ),
  ]);
}

/** Series by connection that is not terminated. */
export function connectionFamilies(state: ReadableState): readonly Family[] {
  const { counter, polled } = makersOf(state);
  return optedIn([
    polled('connection_info', {
      help: 'A connection that is not terminated; always 1',
      labels: ['connection_id', 'user', 'client_ip', 'status'],
      *values({ exported }) {
        for (const connection of exported) yield [infoLabels(connection), 1];
      },
    }),
    ...BYTES.map((name, index) =>
      counter(`connection_${name}_total`, {
        help: `The ${inWords(name)} of this connection, the reading of AWS itself, ${AS_OF}.`,
        labels: ['connection_id'],
        values: ({ last }) =>
          valuesBy('connection_id', byId(last?.exported), ({ readings }) => readings[index]),
      }),
    ),
    polled('connection_established_timestamp_seconds', {
      help: 'When the connection was established, in seconds since 1970',
      labels: ['connection_id'],
      values: ({ exported }) =>
        valuesBy('connection_id', byId(exported), ({ establishedAt }) => seconds(establishedAt)),
    }),
  ]);
}

function optedIn(families: readonly Family[]): readonly Family[] {
  return families.map((family) => ({ ...family, importance: 'last' }));
}

function infoLabels({ id, username, commonName, clientIp, status }: Connection) {
  return { connection_id: id, user: username ?? commonName ?? NO_USER, client_ip: clientIp ?? '', status };
}

function* byId(connections: readonly Connection[] = []): Iterable<readonly [string, Connection]> {
  for (const connection of connections) yield [connection.id, connection];
}
