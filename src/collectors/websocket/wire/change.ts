import type { Target } from '../../../aws/targets.ts';

/** The API that is wired. */
export interface Place {
  readonly target: Target;
  readonly accountId: string;
  /** As ARNs begin with it, such as `aws`. */
  readonly partition: string;
  readonly apiId: string;
}

/** Where the access log of a stage goes, and what a row of it looks like. */
export interface AccessLogSettings {
  /** The ARN of a log group, without `:*` at its end. */
  readonly destinationArn: string;
  readonly format: string;
}

/** What an integration is sent beside the body, such as headers: what is set, to where it comes from. */
export type Parameters = Readonly<Record<string, string>>;

/** A log group that is not there is made. Nobody unmakes it: what it holds by then belongs to its owner. */
export interface LogGroupChange {
  readonly kind: 'log-group';
  readonly group: string;
  readonly retentionInDays: number;
}

/** A stage that has no access log gets one. */
export interface AccessLogChange {
  readonly kind: 'access-log';
  readonly stage: string;
  readonly after: AccessLogSettings;
  /** What AWS said of it afterwards; not there before it was asked. */
  readonly left?: AccessLogSettings;
}

/** An integration gets more parameters. */
export interface ParametersChange {
  readonly kind: 'parameters';
  readonly integrationId: string;
  readonly before: Parameters;
  readonly after: Parameters;
  readonly left?: Parameters;
}

/** A stage is pointed at a new deployment, which bears a mark that tells it from those of others. */
export interface DeploymentChange {
  readonly kind: 'deployment';
  readonly stage: string;
  /** The deployment before; empty for a stage that had none. */
  readonly before: string;
  readonly mark: string;
  readonly left?: string;
}

/** One thing that is written; plain data, kept in undo files. */
export type Change = LogGroupChange | AccessLogChange | ParametersChange | DeploymentChange;

/** A request as it is sent, and the same for the `aws` command line; an argument that is an object is JSON. */
export interface Request {
  readonly method: string;
  readonly path: string;
  /** Of an API that has one path for everything. */
  readonly operation?: string;
  readonly body?: object;
  readonly command: readonly (string | object)[];
}

/** A change for people. */
export interface Shown {
  /** What is done, as a sentence without a point: `Write an access log …`. */
  readonly title: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly requests: readonly Request[];
  /** What brings back what was before. */
  readonly undoing: readonly Request[];
  /** What is to be known of that. */
  readonly undoNote?: string;
}

/** How things stand with a change: as before it, as it was left, or otherwise, in words. */
export type Standing = 'before' | 'left' | { readonly otherwise: string };
