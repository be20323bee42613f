import { brokenAnswer } from '../../../aws/answers.ts';
import type { Aws } from '../../../aws/clients.ts';
import type { Target } from '../../../aws/targets.ts';

/** A page of a log group: its events from then on, milliseconds since 1970, after those of the page that gave the token. */
export interface LogRequest {
  readonly group: string;
  readonly from: number;
  readonly token: string | undefined;
  /** Only rows that hold one of these texts; all if there are none. */
  readonly texts: readonly string[];
  readonly limit: number;
}

/** A row of a log group: its text, when it was logged, and since when it can be read, milliseconds since 1970. */
export interface LogRow {
  readonly id: string;
  readonly loggedAt: number;
  readonly readableAt: number;
  readonly text: string;
}

/** The rows of a page, and what the next page is asked with: undefined after the last; the last with rows has a token, too. */
export interface LogPage {
  readonly rows: readonly LogRow[];
  readonly next: string | undefined;
}

/** Reads a page; rejects with the SDK's error, and when the answer is no page. */
export type ReadLog = (target: Target, request: LogRequest, signal: AbortSignal) => Promise<LogPage>;

/** The reading that asks CloudWatch Logs through the SDK. */
export function createReadLog(aws: Pick<Aws, 'logs'>): ReadLog {
  return async (target, { group, from, token, texts, limit }, abortSignal) => {
    const { FilterLogEventsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
    const client = await aws.logs(target);
    const command = new FilterLogEventsCommand({
      logGroupName: group,
      startTime: from,
      limit,
      ...(texts.length > 0 && { filterPattern: texts.map((text) => `?"${text}"`).join(' ') }),
      ...(token !== undefined && { nextToken: token }),
    });
    const { events, nextToken } = await client.send(command, { abortSignal });
    // The SDK hands on what JSON holds, whatever its types say.
    if (!Array.isArray(events)) throw brokenAnswer('FilterLogEvents: the answer lacks its events');
    if (nextToken !== undefined && typeof nextToken !== 'string')
      throw brokenAnswer('FilterLogEvents: the token of the next page is no text');
    return { rows: events.map(toRow), next: nextToken || undefined };
  };
}

function toRow(event: unknown): LogRow {
  const { eventId, timestamp, ingestionTime, message } = (event ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof eventId !== 'string' || typeof message !== 'string' || !isTime(timestamp))
    throw brokenAnswer('FilterLogEvents: an event lacks its id, its time or its message');
  const readableAt = isTime(ingestionTime) ? ingestionTime : timestamp;
  return { id: eventId, loggedAt: timestamp, readableAt, text: message };
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}
