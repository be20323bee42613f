import type { Family } from './family.ts';
import type { ConnectionEvent, Taken } from './websocket-event.ts';

/** A number of connections that was estimated from a sample, and the whole bounds of its confidence interval. */
export interface Estimated {
  readonly total: number;
  /** Equal to `upper` where nothing was left to estimate. */
  readonly lower: number;
  readonly upper: number;
  /** How often such an interval holds the truth, between 0 and 1. */
  readonly confidence: number;
}

/** What the last pass learned of one endpoint, for people: the status page reads it, not the exposition. */
export interface EndpointStatus {
  readonly endpointId: string;
  readonly name: string;
  /** Undefined until the first pass over the endpoint ended. */
  readonly up: boolean | undefined;
  /** Connections by status; empty when nothing true can be said (never succeeded, or stale). */
  readonly connections: ReadonlyMap<string, number>;
  /** All of these connections, where they are estimated; undefined where they are counted, or nothing true can be said. */
  readonly estimated: Estimated | undefined;
  /** End of the last complete pass, milliseconds since 1970. */
  readonly lastSuccessAt: number | undefined;
  readonly stale: boolean;
  /** What went wrong and what to do, in a sentence. */
  readonly error: string | undefined;
}

/** What the last pass learned of one account and region. */
export interface TargetStatus {
  /** As it is configured; undefined for what was found in no target. */
  readonly name: string | undefined;
  /** `unknown` until it is known. */
  readonly accountId: string;
  readonly region: string;
  /** Whether discovery and every endpoint of the target succeeded. */
  readonly up: boolean;
  readonly error: string | undefined;
  readonly endpoints: readonly EndpointStatus[];
}

/** What tells of connections beside passes, or lists their ids: how its reading goes. */
export interface EventSource {
  /** Its type, such as `access_log`. */
  readonly source: string;
  /** What is read: a log group, a queue, a table, a file. */
  readonly name: string;
  /** Whether the last reading succeeded; undefined before the end of the first. */
  readonly up: boolean | undefined;
  /** When it was last read without a failure, milliseconds since 1970; undefined before the first time. */
  readonly lastReadAt: number | undefined;
  /** How old the newest that it told was when it was read, in milliseconds; undefined before the first. */
  readonly delayMs: number | undefined;
}

/** Why a pass was broken off although nothing failed: what it would find is no longer wanted. It counts as no pass. */
export class Stopped extends Error {}

/** All that the house knows of a domain. */
export interface Collector {
  readonly families: readonly Family[];
  /** What can be read as JSON beside the exposition, by name; undefined until a pass has filled it. The same object as long as it is the same. */
  readonly tables: ReadonlyMap<string, () => Iterable<unknown> | undefined>;
  /** Publishes what is known without AWS, such as counters from before a restart. Never rejects. */
  restore(): Promise<void>;
  /**
   * One pass. Commits all it learned of an endpoint, or leaves that endpoint's last state as it was; `publish` is called when
   * there is something to see before its end. Rejects, after committing what it can, when an endpoint or a target failed, or when
   * the signal broke it off.
   */
  collect(signal: AbortSignal, publish: () => Promise<void>): Promise<void>;
  /** As of the last pass; empty before the first. */
  status(): readonly TargetStatus[];
  /** Takes in what happens between passes, at once and without waiting for anything; undefined for a domain that is told nothing. */
  readonly take?: ((event: ConnectionEvent) => Taken) | undefined;
  /** Saves and publishes what was taken in since; whether there was anything. Never rejects. */
  readonly flush?: (() => Promise<boolean>) | undefined;
  /** Reads, between passes, what tells of events when it is asked, until the signal aborts; undefined where nothing does. Never rejects. */
  readonly follow?: ((signal: AbortSignal) => Promise<void>) | undefined;
  /** How the reading of what tells of connections goes. */
  readonly sources?: (() => Iterable<EventSource>) | undefined;
  /** Milliseconds until samples change without a pass (an endpoint goes stale); undefined for never. */
  nextChangeInMs(): number | undefined;
}
