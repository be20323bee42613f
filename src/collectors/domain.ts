import type { Aws } from '../aws/clients.ts';
import type { Target } from '../aws/targets.ts';
import type { Clock } from '../core/clock.ts';
import type { Collector } from '../core/collector.ts';
import type { Logger } from '../core/logger.ts';
import type { Tally } from '../core/tally.ts';
import type { Storage } from '../storage/storage.ts';

/** What a domain is given for the life of the process. */
export interface Deps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly storage: Storage;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** `records_rejected_total`, by collector and field. */
  readonly rejected: Tally<'collector' | 'field'>;
  /** `series_dropped_total`, by collector and reason. */
  readonly dropped: Tally<'collector' | 'reason'>;
  /** Hears how far a listing has come: called with 0 when it begins, and after every page with the connections read so far. */
  readonly onProgress: (endpointId: string, connections: number) => void;
}

/** What a domain is given for the life of one configuration. */
export interface Setting<C> {
  readonly config: C;
  readonly targets: readonly Target[];
  readonly aws: Aws;
  /** Most connections remembered from events (`intake.max_connections`). */
  readonly maxConnections: number;
}

/** An account and region of a target, by the target's name; `*` for what is not known. */
export interface Place {
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  /** As ARNs begin with it, such as `aws`. */
  readonly partition: string;
}

/** An IAM permission that a configuration needs. */
export interface Permission {
  /** Such as `ec2:DescribeClientVpnConnections`. */
  readonly action: string;
  readonly resources: readonly string[];
  /** A condition block of the IAM policy language. */
  readonly condition?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** What came of asking AWS whether it would allow an action. */
export interface Verdict {
  /** `*` where none of a target could be asked about. */
  readonly action: string;
  readonly resource: string;
  /** `unknown` when AWS gave no answer to that; `not asked` when nothing was asked of it. */
  readonly answer: 'allowed' | 'denied' | 'unknown' | 'not asked';
  /** Whether something is wrong; what is not asked can also have nothing yet to ask about. */
  readonly isFailure: boolean;
  /** Why not, in a sentence. */
  readonly reason: string;
}

/** One kind of connection: everything that the house knows of a folder below this one. */
export interface Domain<C> {
  /** The folder, the `collector` label, and with an underscore the configuration key and metric prefix. */
  readonly name: string;
  /** The same for people, as a heading. */
  readonly title: string;
  /** Every field whose value can be rejected (`records_rejected_total`). */
  readonly rejectable: readonly string[];
  /** State for the life of the process; the returned function makes a collector of it for one configuration. */
  start(deps: Deps): (setting: Setting<C>) => Promise<Collector>;
  /** The permissions that reading these accounts and regions needs; `*` stands for what is not known. */
  permissions(config: C, places: readonly Place[]): readonly Permission[];
  /** Asks AWS for each permission, changing nothing there. */
  ask(setting: Setting<C>, target: Target, signal: AbortSignal): AsyncIterable<Verdict>;
}
