import { brokenAnswer } from '../../../aws/answers.ts';
import type { OpenedRegistry } from '../registry/registries.ts';

/** A reading of a log group from a moment on to its end, as far as it has come; it outlives turns and failures. */
export interface Reading {
  readonly from: number;
  readonly beganAt: number;
  readonly opened: readonly OpenedRegistry[];
  /** Whether it is the first for one of the endpoints, which must hear of rows too that others know. */
  readonly isFirst: boolean;
  token: string | undefined;
  pages: number;
  /** The token of as many pages as the last power of two: going round, one meets it again. */
  markedToken: string | undefined;
}

/** None of the rows has a connection id. */
export class WrongFormat extends Error {}

/** Says that none of so many rows of a log group, or of one endpoint among others there, has a connection id, and what to do. */
export function withoutIds(rows: number, group: string, endpointId?: string): string {
  const whose = endpointId === undefined ? '' : `${endpointId} in `;
  return (
    `0 of ${rows} rows of ${whose}the log group ${group} carry a connectionId: have the format of the stage's access log say ` +
    '"connectionId":"$context.connectionId" beside eventType and status, or set keys of the source to the names that it has for them'
  );
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

/** Whether the next turn may ask for the page again at which this one failed; a token may be why it is refused. */
export function mayGoOn(error: unknown): boolean {
  if (error instanceof WrongFormat) return false;
  const name = error instanceof Error ? error.name : '';
  return !/^(BrokenAnswer|ResourceNotFound\w*|Invalid\w*|Validation\w*)$/.test(name);
}
