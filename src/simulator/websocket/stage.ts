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

interface StageSpec {
  readonly createdAt: number;
  readonly deploymentId: string;
  readonly isAutoDeployed: boolean;
  readonly accessLog: AccessLogSettings | undefined;
  readonly tags: Readonly<Record<string, string>>;
}

/** Settings that do nothing here but be shown. */
type Shown = Readonly<Record<string, unknown>>;

/** A stage of an API: what it shows of itself, and what of that is in force, which comes later. */
export class Stage {
  readonly name: string;
  readonly createdAt: number;
  readonly tags: Readonly<Record<string, string>>;
  updatedAt: number;
  isAutoDeployed: boolean;
  shown: Shown = {
    defaultRouteSettings: { dataTraceEnabled: false, detailedMetricsEnabled: false, loggingLevel: 'OFF' },
    routeSettings: {},
    stageVariables: {},
  };
  #accessLog: AccessLogSettings | undefined;
  #logging: Logging | undefined;
  /** The newest last. */
  readonly #pointed: { readonly deploymentId: string; readonly at: number }[] = [];

  constructor(name: string, { createdAt, deploymentId, isAutoDeployed, accessLog, tags }: StageSpec) {
    this.name = name;
    this.createdAt = createdAt;
    this.updatedAt = createdAt;
    this.tags = tags;
    this.isAutoDeployed = isAutoDeployed;
    this.pointTo(deploymentId, Number.NEGATIVE_INFINITY);
    if (accessLog) this.logTo(accessLog, Number.NEGATIVE_INFINITY);
  }

  /** The access log as the control plane shows it, which is ahead of what is written. */
  get accessLog(): AccessLogSettings | undefined {
    return this.#accessLog;
  }

  get deploymentId(): string {
    return this.deploymentAt(Number.POSITIVE_INFINITY);
  }

  /** Rows of what happens from `from` on are written so; of what happens before, none. */
  logTo({ destinationArn, format }: AccessLogSettings, from: number): void {
    this.#accessLog = { destinationArn, format };
    this.#logging = { destinationArn, format, from, until: Number.POSITIVE_INFINITY };
  }

  /** Nothing is logged any more of what happens from `at` on. */
  logUntil(at: number): void {
    this.#accessLog = undefined;
    this.#logging = this.#logging && { ...this.#logging, until: at };
  }

  /** How a row of what happens at this time is written; undefined when none is. */
  loggingAt(at: number): AccessLogSettings | undefined {
    const logging = this.#logging;
    return logging && logging.from <= at && at < logging.until ? logging : undefined;
  }

  pointTo(deploymentId: string, at: number): void {
    this.#pointed.push({ deploymentId, at });
  }

  /** The deployment that it was pointed to at this time. */
  deploymentAt(at: number): string {
    return this.#pointed.findLast((pointed) => pointed.at <= at)?.deploymentId ?? '';
  }
}
