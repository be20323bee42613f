import type { Family } from './family.ts';

/** What the last pass learned of one endpoint, for people: the status page reads it, not the exposition. */
export interface EndpointStatus {
  readonly endpointId: string;
  readonly name: string;
  readonly up: boolean;
  /** Connections by status; empty when nothing true can be said (never succeeded, or stale). */
  readonly connections: ReadonlyMap<string, number>;
  /** End of the last complete pass, milliseconds since 1970. */
  readonly lastSuccessAt: number | undefined;
  readonly stale: boolean;
  /** What went wrong and what to do, in a sentence. */
  readonly error: string | undefined;
}

/** What the last pass learned of one account and region. */
export interface TargetStatus {
  /** `unknown` until it is known. */
  readonly accountId: string;
  readonly region: string;
  /** Whether discovery and every endpoint of the target succeeded. */
  readonly up: boolean;
  readonly error: string | undefined;
  readonly endpoints: readonly EndpointStatus[];
}

/** All that the house knows of a domain. */
export interface Collector {
  readonly families: readonly Family[];
  /** What can be read as JSON beside the exposition, by name. */
  readonly tables: ReadonlyMap<string, () => readonly unknown[]>;
  /** Publishes what is known without asking AWS: counters from disk after a restart. */
  restore(): Promise<void>;
  /**
   * One pass. Commits all it learned of an endpoint, or leaves that endpoint's last state as it was.
   * Rejects, after committing what it can, when an endpoint or a target failed.
   */
  collect(signal: AbortSignal): Promise<void>;
  /** As of the last pass; empty before the first. */
  status(): readonly TargetStatus[];
  /** Milliseconds until samples change without a pass (an endpoint goes stale); undefined for never. */
  nextChangeInMs(): number | undefined;
}
