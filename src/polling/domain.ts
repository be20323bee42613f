import type { Aws } from '../aws/clients.ts';
import type { Api } from '../aws/connection.ts';
import type { Target } from '../aws/targets.ts';
import type { Clock } from '../core/clock.ts';
import type { Collector } from '../core/collector.ts';
import type { Logger } from '../core/logger.ts';
import type { Tally } from '../core/tally.ts';
import type { Parsed, SchemaOf } from '../fields/fields.ts';
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
  /** `event_source_events_total`, by type of source, kind of event and what became of it. */
  readonly sourceEvents: Tally<'source' | 'event' | 'result'>;
  /** Hears how far a listing has come: called with 0 when it begins, and after every page with the connections read so far. */
  readonly onProgress: (endpointId: string, connections: number) => void;
}

/** What every section of a domain has; durations in milliseconds. */
export interface Section {
  readonly enabled: boolean;
  readonly schedule: string;
  readonly timeout: number;
  readonly stale_after: number;
}

/** The sections of the house that a domain's own must fit. */
export interface House {
  readonly targets: readonly { readonly name: string; readonly regions: readonly string[] }[];
  readonly intake: {
    readonly enabled: boolean;
    /** Most connections remembered from events. */
    readonly max_connections: number;
  };
}

/** Whether nothing is wrong at these keys of the file, around them or below them; a key that is not sound can hold anything. */
export type IsSound = (...keys: readonly PropertyKey[]) => boolean;

/** What is wrong at some keys of a domain's section, in words that follow them. */
export interface Fault {
  readonly keys: readonly PropertyKey[];
  readonly message: string;
}

/** What a domain is given for the life of one configuration. */
export interface Setting<C> {
  readonly config: C;
  readonly house: House;
  readonly targets: readonly Target[];
  /** With limiters of the domain's own. */
  readonly aws: Aws;
}

/** An account and region of a target, by the target's name; `*` for what is not known. */
export interface PolicyPlace {
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

/** What the documents say of a domain's metrics. */
export interface DomainDocs {
  /** Markdown before the table of its metrics; empty for nothing. */
  readonly intro: string;
  /** A section that has every metric but for those that are opted in to. */
  readonly everything: object;
  /** The keys of the section that bring more metrics, each a switch: `users.enabled`. */
  readonly optIn: readonly string[];
}

/** One kind of connection: everything that the house knows of it. */
export interface Domain<C extends Section> {
  /** The folder, the `collector` label, and with an underscore the configuration key and metric prefix. */
  readonly name: string;
  /** The same for people, as a heading. */
  readonly title: string;
  /** What the numbers of its endpoints count, in small letters, such as `connections`. */
  readonly counted: string;
  /** Its section of the configuration file; files and secrets are marked on the fields. */
  readonly config: SchemaOf<C>;
  readonly docs: DomainDocs;
  /** Every field whose value can be rejected (`records_rejected_total`). */
  readonly rejectable: readonly string[];
  /** State for the life of the process; the returned function makes a collector of it for one configuration. */
  start(deps: Deps): (setting: Setting<C>) => Promise<Collector>;
  /** The permissions that reading these accounts and regions needs; `*` stands for what is not known. */
  permissions(config: C, places: readonly PolicyPlace[]): readonly Permission[];
  /** Asks AWS for each permission, changing nothing there. */
  ask(setting: Setting<C>, target: Target, signal: AbortSignal): AsyncIterable<Verdict>;
  /** Most requests a second to each API, per target; an API that is left out is not limited. */
  limits?(config: C): Readonly<Partial<Record<Api, number>>>;
  /** What is wrong with a section in view of the house; only what is sound may be judged. */
  problems?(config: C, house: House, isSound: IsSound): Iterable<Fault>;
  /** What is probably not meant, a line each, beginning with the key. */
  warnings?(config: C, house: House): Iterable<string>;
  /** The section as it may be shown, where more of it must be hidden than the marked secrets; `hidden` stands for what is. */
  masked?(config: C, hidden: string): C;
}

/** The section of a domain, parsed. */
export type ConfigOf<D extends { readonly config: SchemaOf<Section> }> = Parsed<D['config']>;
