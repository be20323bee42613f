import { brokenAnswer } from '../../../aws/answers.ts';
import type { OpenedRegistry } from '../registry/registries.ts';
import { FORMAT } from '../wire/format.ts';
import type { TellsNothing } from './log-formats.ts';
import type { LogRow } from './source-logs.ts';

/** A reading of a log group from a moment on to its end, as far as it has come; it outlives turns and failures. */
export interface Reading {
  readonly from: number;
  readonly beganAt: number;
  readonly opened: readonly OpenedRegistry[];
  /** Whether it is the first for one of the endpoints, which must hear of rows too that others know. */
  readonly isFirst: boolean;
  /** Whether there was a row that had not been read. */
  isNews: boolean;
  token: string | undefined;
  pages: number;
  /** The token of as many pages as the last power of two: going round, one meets it again. */
  markedToken: string | undefined;
}

/** Says what the newest rows of a log group, or of one endpoint among others there, lack, and what to set. */
export function tooLittle({ lacks, rows, reason }: TellsNothing, group: string, endpointId?: string): string {
  const where = `${endpointId === undefined ? '' : `${endpointId} in `}the log group ${group}`;
  const lacking = {
    form: `0 of ${rows} rows of ${where} can be read (${reason})`,
    connectionId: `0 of ${rows} rows of ${where} carry a connectionId`,
    eventType: `0 of ${rows} rows of ${where} carry an eventType`,
    status: `0 of ${rows} connects of ${where} carry a status, without which nobody knows which of them were refused`,
  }[lacks];
  return `${lacking}: set the format of the stage's access log to ${FORMAT}, or keys of the source to the names that its format has`;
}

/** Remembers where the next page begins; throws when that was there before. */
export function goOn(reading: Reading, next: string | undefined): void {
  reading.pages += 1;
  if (next !== undefined && next === reading.markedToken)
    throw brokenAnswer(
      `FilterLogEvents: page ${reading.pages} came with a token that was used before; the reading would never end`,
    );
  reading.token = next;
  if (Number.isInteger(Math.log2(reading.pages))) reading.markedToken = next;
}

/**
 * Whether a page, and so all after it, has only what came since the reading began: the next turn begins before that. Where clients always come
 * and go there would be one more page for ever.
 */
export function isNewsOnly(rows: readonly LogRow[], { beganAt }: Reading, overlapMs: number): boolean {
  const isNews = ({ loggedAt, readableAt }: LogRow) =>
    readableAt > beganAt && loggedAt >= beganAt - overlapMs;
  return rows.length > 0 && rows.every(isNews);
}

/** Whether the next turn may ask for the page again at which this one failed; a token may be why it is refused. */
export function mayGoOn(error: unknown): boolean {
  const name = error instanceof Error ? error.name : '';
  return !/^(BrokenAnswer|ResourceNotFound\w*|Invalid\w*|Validation\w*)$/.test(name);
}
