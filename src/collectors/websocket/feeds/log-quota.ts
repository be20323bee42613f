/** Calls of CloudWatch Logs a second, retries among them: of the 5 to 25 that AWS grants all who read logs in an account and region. */
export const LOG_CALLS_PER_SECOND = 2;
/** The last page that has rows comes with a token, which leads to an empty one. */
const CALLS_OF_A_POLL = 2;

/** Why log groups of one account and region, read so often each in milliseconds, are read later than that, and what to set; undefined if they are not. */
export function quotaProblem(pollsMs: readonly number[]): string | undefined {
  const needed = pollsMs.reduce((sum, pollMs) => sum + (CALLS_OF_A_POLL * 1000) / pollMs, 0);
  if (needed <= LOG_CALLS_PER_SECOND) return undefined;
  const seconds = Math.ceil((pollsMs.length * CALLS_OF_A_POLL) / LOG_CALLS_PER_SECOND);
  return (
    `${pollsMs.length} log groups need ${needed.toFixed(1)} calls a second, and no more than ${LOG_CALLS_PER_SECOND} are made, for the quota of ` +
    `FilterLogEvents is shared with all who read logs there: set poll to ${seconds}s or more, or have stages log to one group`
  );
}
