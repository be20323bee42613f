import type { Aws } from '../aws/clients.ts';
import type { Target } from '../aws/targets.ts';
import type { Family } from '../core/family.ts';
import type { Ended } from '../core/freshness.ts';
import type { SchemaOf } from '../fields/fields.ts';
import type { Domain, DomainDocs, Section } from './domain.ts';
import type { Readable } from './families.ts';
import type { View } from './poller.ts';
import type { Reject } from './warnings.ts';

/** What every domain of one listing has of an item: it is an endpoint. */
export interface Item {
  readonly id: string;
  readonly name: string;
  readonly tags: ReadonlyMap<string, string>;
}

/** What the last complete listing said of an endpoint. */
export interface Seen<T extends Item> extends Ended {
  readonly item: T;
}

/** The section of such a domain. */
export interface ListedSection extends Section {
  readonly endpoints: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly exclude: readonly string[];
}

/** What is a domain's own whose endpoints one listing tells whole. */
export interface Listed<C extends ListedSection, T extends Item, S extends SchemaOf<C> = SchemaOf<C>> {
  readonly name: string;
  readonly title: string;
  /** What `counts` counts, such as `tunnels`. */
  readonly counted: string;
  /** As people call an endpoint, such as `Site-to-Site VPN connection`. */
  readonly noun: string;
  readonly config: S & SchemaOf<C>;
  readonly docs: DomainDocs;
  readonly rejectable: readonly string[];
  /** The IAM action of the listing, which knows no resources; a policy allows it in the regions of the targets. */
  readonly action: string;
  /** Every endpoint of a target that exists, decoded, and none that AWS lists after its end; rejects unless the listing is complete. */
  list(aws: Aws, target: Target, config: C, reject: Reject, signal: AbortSignal): Promise<readonly T[]>;
  /** Asks whether the listing would be allowed; resolves when it would. Where the API has no dry run, the listing itself will do. */
  dryRun(aws: Aws, target: Target, signal: AbortSignal): Promise<unknown>;
  families(state: Readable<View<Seen<T>>, Seen<T>>): readonly Family[];
  /** The numbers that people are shown of an endpoint, by a word each. */
  counts(item: T): ReadonlyMap<string, number>;
  /** What else of a domain it has. */
  readonly more?: Pick<Domain<C>, 'limits' | 'problems' | 'warnings' | 'masked'>;
}
