import type { AccessLogSettings, Parameters } from './change.ts';

/** An API of version 2, of whatever protocol. */
export interface Api {
  readonly apiId: string;
  readonly name: string;
  readonly protocol: string;
  /** Where AWS serves it, unless `isDefaultDisabled`. */
  readonly host: string;
  readonly isDefaultDisabled: boolean;
  readonly tags: Tags;
}

export type Tags = Readonly<Record<string, string>>;

export interface Stage {
  readonly stage: string;
  /** Whether it deploys every edit by itself. */
  readonly isAutoDeployed: boolean;
  /** Empty where it has none. */
  readonly deploymentId: string;
  readonly accessLog: AccessLogSettings | undefined;
  readonly tags: Tags;
}

export interface Route {
  readonly key: string;
  readonly integrationId: string | undefined;
}

export interface Integration {
  readonly integrationId: string;
  readonly type: string;
  readonly uri: string;
  readonly isManaged: boolean;
  readonly parameters: Parameters;
}

export interface LogGroup {
  readonly name: string;
  readonly class: string;
}

export interface Deployment {
  readonly status: string;
  /** Why it failed; empty where nothing is said. */
  readonly message: string;
  readonly description: string;
}
