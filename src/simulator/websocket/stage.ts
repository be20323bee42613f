/** Where the access log of a stage goes, and what a row of it looks like. */
export interface AccessLogSettings {
  /** The ARN of a log group, without `:*` at its end. */
  readonly destinationArn: string;
  readonly format: string;
}

/** Since when rows are written so, and until when; milliseconds since 1970. */
interface Logging extends AccessLogSettings {
  readonly from: number;
  readonly until: number;
}

/** A stage of an API with its settings, of which only the access log does anything here. */
export class Stage {
  readonly name: string;
  readonly createdAt: number;
  updatedAt: number;
  #shown: AccessLogSettings | undefined;
  #logging: Logging | undefined;

  constructor(name: string, createdAt: number, accessLog?: AccessLogSettings) {
    this.name = name;
    this.createdAt = createdAt;
    this.updatedAt = createdAt;
    if (accessLog) this.logTo(accessLog, Number.NEGATIVE_INFINITY);
  }

  /** The access log as the control plane shows it, which is ahead of what is written. */
  get accessLog(): AccessLogSettings | undefined {
    return this.#shown;
  }

  /** Rows of what happens from `from` on are written so; of what happens before, none. */
  logTo({ destinationArn, format }: AccessLogSettings, from: number): void {
    this.#shown = { destinationArn, format };
    this.#logging = { destinationArn, format, from, until: Number.POSITIVE_INFINITY };
  }

  /** Nothing is logged any more of what happens from `at` on. */
  logUntil(at: number): void {
    this.#shown = undefined;
    this.#logging = this.#logging && { ...this.#logging, until: at };
  }

  /** How a row of what happens at this time is written; undefined when none is. */
  loggingAt(at: number): AccessLogSettings | undefined {
    const logging = this.#logging;
    return logging && logging.from <= at && at < logging.until ? logging : undefined;
  }
}
