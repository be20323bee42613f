import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { type Domain, dataAge, notUp } from './domains.ts';
import { graph } from './graphs.ts';
import { NAMED, named } from './names.ts';
import { ENDPOINT, once, scraped } from './queries.ts';
import { ageSteps, inWords, NONE_IS_GOOD, stat, timeline } from './states.ts';
import type { Column } from './tables.ts';
import { latest, overTime, type Target } from './targets.ts';

/** Whether all is well, in one line that a phone shows first; further targets count what else is wrong with endpoints. */
export function wellness(domain: Domain, trouble: string, ...further: readonly Target[]): readonly Panel[] {
  const size = { width: 8, height: 3 };
  return [
    stat({
      title: 'Exporter',
      description:
        'Whether Prometheus could scrape every exporter. While one is down, what only it tells of is missing on this dashboard; names and ages are remembered for an hour.',
      unit: 'none',
      ...size,
      mappings: inWords('Up', 'Down'),
      targets: [latest(`min(${scraped('up')})`, 'exporter')],
    }),
    stat({
      title: 'Endpoints in trouble',
      description: `${trouble} Zero is normal.`,
      unit: 'none',
      ...size,
      steps: NONE_IS_GOOD,
      targets: [latest(notUp(domain), 'not polled'), ...further],
    }),
    stat({
      title: 'Oldest data',
      description: `Time since the last complete pass over an endpoint, the oldest of all that ever had one; it goes on growing while the exporter is down. Passes come every ${domain.every} unless configured otherwise: a few of them are normal. Past stale_after the gauges of the endpoint vanish.`,
      unit: 's',
      ...size,
      steps: ageSteps(domain.staleAfter),
      targets: [latest(`max(${dataAge(domain)})`, 'oldest data')],
    }),
  ];
}

/** Whether each endpoint could be polled, and how old its data is, over time. */
export function healthPanels(domain: Domain): readonly Panel[] {
  return [
    timeline({
      title: 'Passes by endpoint',
      description:
        'Whether the last pass over the endpoint was complete. Up is normal; while it is down the gauges keep their last values until stale_after. A gap is a time without the exporter.',
      unit: 'none',
      width: 12,
      mappings: inWords('Up', 'Down'),
      targets: [overTime(named(once(domain.up), domain), NAMED)],
    }),
    graph({
      title: 'Data age by endpoint',
      description: `Time since the last complete pass over each endpoint. A line that stays low is normal; one that climbs is an endpoint that cannot be polled, or whose exporter is down. Passes come every ${domain.every} unless configured otherwise.`,
      unit: 'm',
      width: 12,
      targets: [overTime(named(`(${dataAge(domain)}) / 60`, domain), NAMED)],
    }),
  ];
}

/** The column of what `state` gives; sorted by it, the broken ones are first. */
export const stateColumn = (field: string): Column => ({
  field,
  title: 'State',
  width: 115,
  mappings: inWords('Up', 'Down', 'Exporter down'),
});

/** Endpoints by name: the broken ones, then those with the most. */
export const brokenFirst = (most: string) =>
  [
    ['State', 'ascending'],
    [most, 'descending'],
  ] as const;

/** The labels of an endpoint, as columns, the id last. */
export const ENDPOINT_COLUMNS: readonly Column[] = ENDPOINT.map((field) => ({
  field,
  ...{
    account_id: { title: 'Account', width: 120 },
    region: { title: 'Region', width: 120 },
    endpoint_id: { title: 'Endpoint', width: 240 },
  }[field],
}));
