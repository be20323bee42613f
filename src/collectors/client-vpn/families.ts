import type { Family } from '../../core/family.ts';
import { histogramSamples } from '../../core/histogram.ts';
import { scopeLabels } from '../../core/scope.ts';
import { OTHER } from '../../core/slots.ts';
import { AS_OF, health, seconds, type Value, valuesBy } from '../../polling/families.ts';
import { DURATION_BUCKETS } from './book.ts';
import { INFO_LABELS } from './endpoints.ts';
import { inWords, makersOf, type ReadableState } from './family-makers.ts';
import { connectionFamilies, userFamilies } from './opt-in-families.ts';
import { foldPostures, MAX_POSTURES } from './postures.ts';
import { COUNTERS } from './record.ts';

/** Which opt-in series there are. */
export interface SeriesOptions {
  readonly users: boolean;
  readonly connections: boolean;
}

/** How many series a status has: its connections, their four sums, the oldest, four totals, its transitions. */
export const SERIES_PER_STATUS = 11;

const ENDPOINT_STATUSES = ['pending-associate', 'pending', 'available', 'deleting', 'deleted'] as const;

/** Every family of the domain, opt-in ones only when they are on. */
export function createFamilies(state: ReadableState, series: SeriesOptions): readonly Family[] {
  const makers = makersOf(state);
  const { counter, histogram, polled } = makers;
  return [
    ...health(makers),
    polled('connections', {
      help: 'Connections that AWS lists, by status (ended ones are listed for 60 minutes)',
      labels: ['status'],
      values: ({ listing }) => valuesBy('status', listing.byStatus, ({ connections }) => connections),
    }),
    ...COUNTERS.map((name, index) =>
      polled(`connections_${name}`, {
        help: `Sum of ${inWords(name)} of the connections that AWS lists, by status`,
        labels: ['status'],
        values: ({ listing }) => valuesBy('status', listing.byStatus, ({ sums }) => sums[index]),
      }),
    ),
    ...COUNTERS.map((name, index) =>
      counter(`${name}_total`, {
        help: `Total ${inWords(name)} since the ledger began, by the status in which the traffic flowed, ${AS_OF}.`,
        labels: ['status'],
        values: ({ counters }) =>
          valuesBy('status', Object.entries(counters?.ledger.totals ?? {}), (totals) => totals[index]),
      }),
    ),
    counter('connections_opened_total', {
      help: `Connections first seen since the ledger began, ${AS_OF}.`,
      values: ({ counters }) => (counters ? [[{}, counters.ledger.opened]] : []),
    }),
    counter('connection_transitions_total', {
      help: `Times a connection was seen to enter this status since the ledger began, its first sight included, ${AS_OF}.`,
      labels: ['status'],
      values: ({ counters }) =>
        valuesBy('status', Object.entries(counters?.ledger.transitions ?? {}), (times) => times),
    }),
    histogram(
      'connection_duration_seconds',
      `Lifetime, from established to end, of connections that ended since the ledger began, ${AS_OF}.`,
      (view) =>
        view.counters ? histogramSamples(scopeLabels(view), DURATION_BUCKETS, view.counters.durations) : [],
    ),
    polled('oldest_connection_established_timestamp_seconds', {
      help: 'When the oldest connection with this status was established, in seconds since 1970',
      labels: ['status'],
      values: ({ listing }) =>
        valuesBy('status', listing.byStatus, ({ oldestEstablishedAt }) => seconds(oldestEstablishedAt)),
    }),
    polled('connected_users', {
      help: 'Distinct users (user name, else common name) with an active connection',
      values: ({ listing }) => [[{}, listing.connectedUsers]],
    }),
    polled('posture_connections', {
      help: `Active connections by posture compliance status (the ${MAX_POSTURES} most frequent, the rest as ${OTHER})`,
      labels: ['posture'],
      values: ({ listing }) =>
        valuesBy('posture', foldPostures(listing.postures).values, (connections) => connections),
    }),
    polled('endpoint_info', {
      help: 'What AWS says of the endpoint; always 1',
      labels: INFO_LABELS,
      values: ({ endpoint }) => (endpoint ? [[endpoint.info, 1]] : []),
    }),
    polled('endpoint_status', {
      help: 'Whether the endpoint is in this status (1) or not (0)',
      labels: ['status'],
      values: ({ endpoint }) => (endpoint ? statusSet(endpoint.status) : []),
    }),
    polled('endpoint_session_timeout_seconds', {
      help: 'Longest session that the endpoint allows, in seconds',
      values: ({ endpoint }) =>
        endpoint?.sessionTimeoutSeconds === undefined ? [] : [[{}, endpoint.sessionTimeoutSeconds]],
    }),
    ...(series.users ? userFamilies(state) : []),
    ...(series.connections ? connectionFamilies(state) : []),
  ];
}

function statusSet(now: string): Value[] {
  return [...new Set([...ENDPOINT_STATUSES, now])].map((status) => [{ status }, Number(status === now)]);
}
