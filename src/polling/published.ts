import type { Clock } from '../core/clock.ts';
import { FaultLog } from '../core/fault-log.ts';
import type { Logger } from '../core/logger.ts';
import { byScope, type Scope } from '../core/scope.ts';
import type { TargetView } from './outcomes.ts';

/** What is published of a domain, and what was said of its faults: both outlive passes and configurations. */
export class Published<V extends Scope> {
  readonly faults: FaultLog;
  #views: ReadonlyMap<string, V> = new Map();
  #targets: readonly TargetView[] = [];

  constructor(deps: { readonly clock: Clock; readonly logger: Logger }) {
    this.faults = new FaultLog(deps);
  }

  /** By `scopeKey`. */
  get views(): ReadonlyMap<string, V> {
    return this.#views;
  }

  /** Empty before the first pass. */
  get targets(): readonly TargetView[] {
    return this.#targets;
  }

  /** Publishes these and nothing else; of two views of one endpoint the later counts. */
  replace(views: Iterable<V>, targets: readonly TargetView[] = this.#targets): void {
    this.#views = byScope(views);
    this.#targets = targets;
  }
}
