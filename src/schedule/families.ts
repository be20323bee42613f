import type { Family, Sample } from '../core/family.ts';
import type { PassRunner, PassState } from './pass.ts';

const PREFIX = 'aws_connections_exporter_';

/** The families that tell how the passes of all these runners go, one series per collector. */
export function passFamilies(runners: readonly Pick<PassRunner, 'state'>[]): readonly Family[] {
  const family = (
    type: 'gauge' | 'counter',
    name: string,
    help: string,
    value: (state: PassState) => number | undefined,
  ): Family => ({
    name: `${PREFIX}${name}`,
    help,
    type,
    labelNames: ['collector'],
    *samples(): Iterable<Sample> {
      for (const runner of runners) {
        const state = runner.state();
        const number = value(state);
        if (number !== undefined) yield { labels: { collector: state.collector }, value: number };
      }
    },
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
  ];
}
