import type { Clock } from '../core/clock.ts';
import type { LogFields, Logger } from '../core/logger.ts';
import { Seldom } from '../core/seldom.ts';

/** Hears what became of an event, with what the log may say of it. */
export type SayWrong = (result: string, fields: LogFields) => void;

/** What is wrong with events is said again after so long. */
const SAY_AGAIN_MS = 10 * 60_000;

const WRONGS: Readonly<Record<string, string>> = {
  over_capacity: 'Events were dropped: intake.max_connections are remembered already',
  unroutable:
    'Events belong to no endpoint whose source is the intake: compare api_id and stage with websocket.endpoints',
  unreadable: 'Events could not be read and were refused with 400 or 413',
  unauthorized: 'Events came without the right X-Intake-Token and were refused with 401',
};

/** Makes what warns of events that come to nothing: one line per result and ten minutes, with how many since the last. */
export function createWrongsLog({
  clock,
  logger,
}: {
  readonly clock: Clock;
  readonly logger: Logger;
}): SayWrong {
  const seldom = new Seldom(clock, SAY_AGAIN_MS);
  return (result, fields) => {
    const wrong = WRONGS[result];
    const count = wrong === undefined ? undefined : seldom.due(result);
    if (count === undefined) return;
    const metric = metricOf(result);
    logger.warn(`${wrong} (said at most every ten minutes)`, { ...fields, count, metric });
  };
}

/** The series that counts events with this result, all kinds of them together. */
export function metricOf(result: string): string {
  return `aws_connections_exporter_intake_events_total{result="${result}"}`;
}
