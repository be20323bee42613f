import type { Family } from '../core/family.ts';
import type { PassState } from './pass.ts';

const PREFIX = 'aws_connections_exporter_';

/** How the passes of a collector go, beside how they ought to. */
export interface PassView extends PassState {
  /** The longest time between two slots of the schedule. */
  readonly intervalMs: number;
  readonly staleAfterMs: number;
  /** Whether two intervals have gone by without a pass under way. */
  readonly isOverdue: boolean;
}

/** The families that tell how passes go, one series per collector. */
export function passFamilies(views: readonly PassView[]): readonly Family[] {
  const family = (
    type: 'gauge' | 'counter',
    name: string,
    help: string,
    value: (view: PassView) => number | undefined,
  ): Family => ({
    name: `${PREFIX}${name}`,
    help,
    type,
    labelNames: ['collector'],
    samples: () =>
      views.flatMap((view) => {
        const number = value(view);
        return number === undefined ? [] : [{ labels: { collector: view.collector }, value: number }];
      }),
  });

  return [
    family(
      'gauge',
      'collector_success',
      'Whether the last pass succeeded: 1, or 0 if it failed.',
      ({ last }) => (last ? Number(last.success) : undefined),
    ),
    family(
      'gauge',
      'collector_duration_seconds',
      'How long the last pass took, in seconds.',
      ({ last }) => last?.durationSeconds,
    ),
    family(
      'gauge',
      'collector_last_success_timestamp_seconds',
      'When the last successful pass ended, in seconds since 1970-01-01 UTC.',
      ({ lastSuccessAt }) => (lastSuccessAt === undefined ? undefined : lastSuccessAt / 1_000),
    ),
    family('counter', 'passes_total', 'Passes that ended, well or badly.', ({ passes }) => passes),
    family('counter', 'passes_failed_total', 'Passes that failed.', ({ failed }) => failed),
    family(
      'counter',
      'passes_skipped_total',
      'Passes that were due while the one before them had not ended, and were left out.',
      ({ skipped }) => skipped,
    ),
    family(
      'gauge',
      'collector_overdue',
      'Whether two intervals of the schedule have gone by without a pass under way (1) or not (0), however the wall clock steps.',
      ({ isOverdue, lastAtMonotonic }) => (lastAtMonotonic === undefined ? undefined : Number(isOverdue)),
    ),
    family(
      'gauge',
      'collector_interval_seconds',
      'The longest time between two passes by the schedule, in seconds.',
      ({ intervalMs }) => intervalMs / 1_000,
    ),
    family(
      'gauge',
      'collector_stale_after_seconds',
      'The age of its last complete pass at which the gauges of an endpoint vanish (stale_after), in seconds.',
      ({ staleAfterMs }) => staleAfterMs / 1_000,
    ),
  ];
}
