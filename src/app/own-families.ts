import type { EventSource, TargetStatus } from '../core/collector.ts';
import type { Family } from '../core/family.ts';
import { Tally } from '../core/tally.ts';
import { revision, version } from './version.ts';

const PREFIX = 'aws_connections_exporter_';

/** What the exporter counts of itself; all of it lives as long as the process. */
export interface OwnCounters {
  readonly rejected: Tally<'collector' | 'field'>;
  readonly dropped: Tally<'collector' | 'reason'>;
  readonly familyErrors: Tally<'family'>;
  readonly intakeEvents: Tally<'event' | 'result'>;
  readonly sourceEvents: Tally<'source' | 'event' | 'result'>;
}

/** Counters at nothing. */
export function createOwnCounters(): OwnCounters {
  return {
    rejected: new Tally(
      `${PREFIX}records_rejected_total`,
      'Values from AWS that could not be read, by field; the rest of the record counts.',
      ['collector', 'field'],
    ),
    dropped: new Tally(
      `${PREFIX}series_dropped_total`,
      'Series left out because of a cap, one per series and pass, by reason.',
      ['collector', 'reason'],
    ),
    familyErrors: new Tally(
      `${PREFIX}family_errors_total`,
      'Times a metric family could not be rendered and was left out.',
      ['family'],
    ),
    intakeEvents: new Tally(
      `${PREFIX}intake_events_total`,
      'Requests to the intake by kind of event (unknown where it could not be told), and what became of them.',
      ['event', 'result'],
    ),
    sourceEvents: new Tally(
      `${PREFIX}event_source_events_total`,
      'Rows of access logs and messages of queues by kind of event, and what became of them; what is read again is a duplicate.',
      ['source', 'event', 'result'],
    ),
  };
}

/** The version of the build and of the Node.js that runs it. */
export function buildInfo(nodeVersion: string): Family {
  return {
    name: `${PREFIX}build_info`,
    help: 'The build that runs; always 1.',
    type: 'gauge',
    labelNames: ['version', 'revision', 'node_version'],
    samples: () => [{ labels: { version, revision, node_version: nodeVersion }, value: 1 }],
  };
}

/** Whether everything of an account and region succeeded, by collector; several targets whose account is unknown share a series. */
export function targetUp(
  statuses: () => Iterable<readonly [collector: string, targets: readonly TargetStatus[]]>,
): Family {
  return {
    name: `${PREFIX}target_up`,
    help: 'Whether discovery and every endpoint of the account and region succeeded in the last pass (1) or not (0).',
    type: 'gauge',
    labelNames: ['collector', 'account_id', 'region'],
    importance: 'first',
    samples() {
      const series = new Map<string, { labels: Record<string, string>; value: number }>();
      for (const [collector, targets] of statuses()) {
        for (const { accountId, region, up } of targets) {
          const key = JSON.stringify([collector, accountId, region]);
          const value = Math.min(Number(up), series.get(key)?.value ?? 1);
          series.set(key, { labels: { collector, account_id: accountId, region }, value });
        }
      }
      return series.values();
    },
  };
}

/** How the reading of each source of connection ids goes; of several with one name, the worst of each. */
export function eventSources(sources: () => Iterable<EventSource>): readonly Family[] {
  const gauge = (
    name: string,
    help: string,
    value: (source: EventSource) => number | undefined,
    worst: (...values: number[]) => number,
  ): Family => ({
    name: `${PREFIX}event_source_${name}`,
    help,
    type: 'gauge',
    labelNames: ['source', 'name'],
    importance: 'first',
    samples() {
      const series = new Map<string, { labels: Record<string, string>; value: number }>();
      for (const one of sources()) {
        const own = value(one);
        if (own === undefined) continue;
        const key = JSON.stringify([one.source, one.name]);
        const { value: other = own } = series.get(key) ?? {};
        series.set(key, { labels: { source: one.source, name: one.name }, value: worst(own, other) });
      }
      return series.values();
    },
  });
  return [
    gauge(
      'up',
      'Whether the last reading of the source succeeded (1) or not (0).',
      ({ up }) => (up === undefined ? undefined : Number(up)),
      Math.min,
    ),
    gauge(
      'last_read_timestamp_seconds',
      'When the source was last read without a failure, in seconds since 1970.',
      ({ lastReadAt }) => (lastReadAt === undefined ? undefined : lastReadAt / 1000),
      Math.min,
    ),
    gauge(
      'delay_seconds',
      'Age of the newest event of the source when it was read; of a table or a file, how long its last whole reading took.',
      ({ delayMs }) => (delayMs === undefined ? undefined : delayMs / 1000),
      Math.max,
    ),
  ];
}

/** When the credentials at hand expire, by the name of the target; `expiries` are milliseconds since 1970. */
export function credentialsExpiry(expiries: () => ReadonlyMap<string, number>): Family {
  return {
    name: `${PREFIX}credentials_expiry_timestamp_seconds`,
    help: 'When the AWS credentials at hand expire, or expired if no others could be had, in seconds since 1970; absent where they never do, or there are none.',
    type: 'gauge',
    labelNames: ['target'],
    samples: () =>
      Array.from(expiries(), ([target, expiresAt]) => ({ labels: { target }, value: expiresAt / 1000 })),
  };
}

/** How the last attempt to load the configuration went. */
export interface ReloadState {
  /** Why the last was refused, as lines for people; none when it is in force. */
  readonly problems: readonly string[];
  /** Milliseconds since 1970. */
  readonly lastSuccessAt: number;
}

/** The families that tell of configuration loads. */
export function reloadFamilies(state: () => ReloadState): readonly Family[] {
  const gauge = (name: string, help: string, value: (state: ReloadState) => number): Family => ({
    name: `${PREFIX}${name}`,
    help,
    type: 'gauge',
    labelNames: [],
    samples: () => [{ labels: {}, value: value(state()) }],
  });
  return [
    gauge(
      'config_last_reload_successful',
      'Whether the last load of the configuration succeeded (1) or was refused (0).',
      ({ problems }) => Number(problems.length === 0),
    ),
    gauge(
      'config_last_reload_success_timestamp_seconds',
      'When the configuration in force was loaded, in seconds since 1970.',
      ({ lastSuccessAt }) => lastSuccessAt / 1000,
    ),
  ];
}
