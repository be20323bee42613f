import type { Family } from '../../core/family.ts';
import { histogramSamples } from '../../core/histogram.ts';
import { scopeLabels } from '../../core/scope.ts';
import { familiesOf, health, type Readable, valuesBy } from '../../polling/families.ts';
import { AGE_BUCKETS, IDLE_BUCKETS } from './estimate/lookup-totals.ts';
import { LOOKUP_STATUSES } from './estimate/outcome.ts';
import { NAME } from './name.ts';
import type { LastPass, View } from './state.ts';

/** These move in passes that were not complete, too. */
const AS_OF_PASS = 'as of the last pass over the endpoint';

/** Every family of the domain. */
export function createFamilies(state: Readable<View, LastPass>): readonly Family[] {
  const makers = familiesOf(NAME, state);
  const { counter, histogram, polled } = makers;
  return [
    ...health(makers),
    polled('registered_connections', {
      help: 'Connection ids that can be alive (younger than two hours, not known to be gone or invalid), at the start of the pass',
      values: ({ registered }) => [[{}, registered]],
    }),
    polled('connections', {
      help: 'Estimated living connections by status (a fraction unless all were looked up, then exact)',
      labels: ['status'],
      values: ({ estimate }) =>
        estimate
          ? [
              [{ status: 'active' }, estimate.active],
              [{ status: 'idle' }, estimate.idle],
            ]
          : [],
    }),
    polled('connections_lower_bound', {
      help: 'Lower end of the confidence interval of the living connections',
      values: ({ estimate }) => (estimate ? [[{}, estimate.lower]] : []),
    }),
    polled('connections_upper_bound', {
      help: 'Upper end of the confidence interval of the living connections',
      values: ({ estimate }) => (estimate ? [[{}, estimate.upper]] : []),
    }),
    polled('sampled_connections', {
      help: 'Connection ids that were looked up, by what came of it',
      labels: ['status'],
      values: ({ sampled }) => LOOKUP_STATUSES.map((status) => [{ status }, sampled[status]] as const),
    }),
    counter('lookups_total', {
      help: `Total look-ups of connection ids, by what came of them, ${AS_OF_PASS}.`,
      labels: ['status'],
      values: ({ counters }) => valuesBy('status', Object.entries(counters?.lookups ?? {}), (count) => count),
    }),
    histogram(
      'connection_age_seconds',
      `Age of the living connections that were looked up, over all passes, ${AS_OF_PASS}.`,
      (view) => (view.counters ? histogramSamples(scopeLabels(view), AGE_BUCKETS, view.counters.age) : []),
    ),
    histogram(
      'connection_idle_seconds',
      `Time since the living connections that were looked up were last active, over all passes, ${AS_OF_PASS}.`,
      (view) => (view.counters ? histogramSamples(scopeLabels(view), IDLE_BUCKETS, view.counters.idle) : []),
    ),
    counter('connections_opened_total', {
      help: 'Connections that a connect event was the first to tell of, each counted once, as of a few seconds ago.',
      values: (view) => eventCount(view, view.counters?.opened),
    }),
    counter('connections_closed_total', {
      help: 'Connections that a disconnect event told of, each counted once, as of a few seconds ago.',
      values: (view) => eventCount(view, view.counters?.closed),
    }),
    counter('missed_disconnects_total', {
      help: `Connections that ended without a disconnect event within a minute, or without their removal from the source by its next reading, ${AS_OF_PASS}.`,
      values: ({ counters }) => (counters ? [[{}, counters.missed]] : []),
    }),
    polled('endpoint_info', {
      help: 'What is known of the endpoint; always 1',
      labels: ['api_id', 'stage', 'name', 'source'],
      values: ({ endpoint: { apiId = '', stage = '', name, origin } }) => [
        [{ api_id: apiId, stage, name, source: origin.type }, 1],
      ],
    }),
  ];
}

function eventCount({ endpoint }: View, count: number | undefined) {
  const { type } = endpoint.origin;
  const isTold = type === 'intake' || type === 'access_log' || type === 'sqs';
  return isTold && count !== undefined ? [[{}, count] as const] : [];
}
