import { type Clock, inSteps } from '../../../core/clock.ts';
import type { Listing, Registry } from './registry.ts';

/** What listings tell a registry, one after another, while everything else goes first now and then: also what events and look-ups tell it. */
export class Postings {
  readonly #registry: Registry;
  /** Ends when all that was told so far has been posted; it never rejects. */
  #last: Promise<void> = Promise.resolve();

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Resolves when a complete listing has been posted. */
  post(listing: Listing, clock: Pick<Clock, 'now'>): Promise<void> {
    return this.#inTurn(() => this.#registry.posting(listing, clock.now()));
  }

  /** Resolves when it is known that the source lists what it listed before. */
  confirm(clock: Pick<Clock, 'now'>): Promise<void> {
    return this.#inTurn(() => this.#registry.confirming(clock.now()));
  }

  /** Resolves when all that was told so far has been posted: half a listing says nothing. */
  settled(): Promise<void> {
    return this.#last;
  }

  #inTurn(steps: () => Generator<void>): Promise<void> {
    const ended = this.#last.then(() => inSteps(steps()));
    this.#last = ended.catch(() => {});
    return ended;
  }
}
