import type { AccountSource } from '../aws/accounts.ts';
import type { Target } from '../aws/targets.ts';
import type { Collector, EndpointStatus } from '../core/collector.ts';
import type { Family } from '../core/family.ts';
import type { Ended } from '../core/freshness.ts';
import type { Scope } from '../core/scope.ts';
import type { Readable } from './families.ts';
import type { TargetOutcome } from './outcomes.ts';

/** What is published of one endpoint, as far as every domain has it; it is replaced whole, never changed. */
export interface View<L extends Ended = Ended> extends Scope {
  readonly name: string;
  /** Undefined until the first pass over the endpoint ended. */
  readonly up: boolean | undefined;
  /** Why it is not up, and what to do, in a sentence. */
  readonly error: string | undefined;
  /** End of the last complete pass, milliseconds since 1970; undefined before the first. */
  readonly lastSuccessAt: number | undefined;
  /** What that pass saw, undefined before the first; its gauges are shown until it is stale. */
  readonly last: L | undefined;
}

/** A target, and the account and region that it reaches. */
export interface Place {
  readonly target: Target;
  readonly accountId: string;
  readonly region: string;
}

/** One pass of a domain, from its first call to its end. */
export interface Pass<V> {
  /**
   * Polls a place, whose endpoints were `before`; `polledBy` is an earlier target that reaches the same account and region. Undefined when
   * there is nothing to do, for that one polls it. Rejects when the target fails as a whole.
   */
  over(
    place: Place,
    before: readonly V[],
    polledBy: Target | undefined,
  ): Promise<TargetOutcome<V> | undefined>;
  /** Called once, when every target is done. */
  end?(): void;
}

/** What is a domain's own of the polling of its endpoints. */
export interface Poller<V extends View> {
  readonly accounts: AccountSource;
  /** The targets to poll. */
  readonly targets: readonly Target[];
  /** Every family, and what else is to be read, of what is published. */
  families(state: Readable<V, NonNullable<V['last']>>): readonly Family[];
  tables?(state: Readable<V, NonNullable<V['last']>>): Collector['tables'];
  /** The numbers that people are shown of an endpoint; undefined where there are none, or stale ones. */
  shows(last: V['last']): Pick<EndpointStatus, 'connections' | 'estimated'>;
  /** Reads what is on disk, before anything is published. Never rejects. */
  load(): Promise<void>;
  /** Which of these views, of the configuration before, this one would have made in the same way. */
  retain(views: readonly V[]): readonly V[];
  /** What is known of a place without asking for its endpoints: it is published as soon as its account is known. */
  stored(place: Place): Promise<readonly V[]>;
  begin(signal: AbortSignal): Pass<V>;
  /**
   * Writes all that was counted where `isDone`, as far as the disk takes it; the views as they are to be published then. Elsewhere a
   * pass may be counting still.
   */
  save(views: readonly V[], isDone: (scope: Scope) => boolean): Promise<readonly V[]>;
  /** Whether an endpoint of a place belongs to its target: only where targets that share a place each have endpoints of their own. */
  isOf?(view: V, target: Pick<Target, 'name'>): boolean;
  /** Endpoints that must be found somewhere, and were not in `views`: each as a view that is not up. */
  nowhere?(views: readonly V[]): readonly V[];
  /** Only where events come in. */
  readonly events?: {
    readonly take: NonNullable<Collector['take']>;
    readonly flush: NonNullable<Collector['flush']>;
    readonly follow?: Collector['follow'];
    readonly sources: NonNullable<Collector['sources']>;
  };
}
