import type { TargetStatus } from '../../core/collector.ts';

/** One collector, as people want to see it; times are milliseconds since 1970. */
export interface CollectorView {
  /** Its name, as the `collector` label has it. */
  readonly collector: string;
  /** The same as a heading. */
  readonly title: string;
  /** What the numbers of its endpoints count, such as `connections`. */
  readonly counted: string;
  /** When the pass under way began; undefined when there is none. */
  readonly startedAt: number | undefined;
  readonly last:
    | {
        readonly success: boolean;
        readonly endedAt: number;
        readonly durationSeconds: number;
        readonly error: string | undefined;
      }
    | undefined;
  readonly nextPassAt: number | undefined;
  /** The longest time between two passes by the schedule. */
  readonly intervalMs: number;
  /** Whether no pass has begun for two intervals. */
  readonly isOverdue: boolean;
  readonly targets: readonly TargetStatus[];
}

/** All that the status page shows. */
export interface StatusModel {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Where events are taken in, as seen from the exporter's machine; empty while nowhere. */
  readonly intakeUrls: readonly string[];
  /** What is wrong with the exporter itself, and what to do, in sentences. */
  readonly problems: readonly string[];
  readonly collectors: readonly CollectorView[];
}
