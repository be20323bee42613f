/** What a log line carries beside its message; values are printed as they are, so secrets never go in. */
export type LogFields = Readonly<Record<string, unknown>>;

/** A structured log: one sentence, and fields. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds `fields` to every line. */
  child(fields: LogFields): Logger;
}
