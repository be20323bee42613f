import type { Clock } from '../core/clock.ts';
import type { Looks } from './configuration.ts';

/** What is done when files change. */
export interface OnChange {
  /** The files that the configuration in force was made of. */
  readonly inForce: () => readonly string[];
  /** Called with the files that are no longer what they were when they were last read; what it reads is told through `read`. */
  readonly reload: (changed: readonly string[]) => Promise<unknown>;
}

/** A change is seen at most so long after it was made; README.md promises it. */
const LOOK_EVERY_MS = 5_000;

/**
 * Sees that files changed by what they hold: so a link that leads elsewhere, a file that was replaced, one that was gone for a
 * moment and one whose size and time stayed the same are all seen, and one that was only touched is not.
 */
export class Watch {
  readonly #clock: Clock;
  readonly #lookAt: (path: string) => Promise<string>;
  #looks: Looks = new Map();
  #lastRead: readonly string[] = [];

  /** `lookAt` resolves to what tells one state of a file from another, and never rejects. */
  constructor(clock: Clock, lookAt: (path: string) => Promise<string>) {
    this.#clock = clock;
    this.#lookAt = lookAt;
  }

  /** Remembers what the files of a configuration looked like when they were read; they are watched from now on, also when it is refused. */
  read(looks: Looks): void {
    this.#looks = new Map([...this.#looks, ...looks]);
    this.#lastRead = [...looks.keys()];
  }

  /** Looks every five seconds; the returned function ends it. */
  start(onChange: OnChange): () => void {
    let cancel = () => {};
    let isOver = false;
    const next = () => {
      // A folder of another machine may not answer: until it does, nothing is looked at again.
      if (!isOver) cancel = this.#clock.after(LOOK_EVERY_MS, () => void this.#look(onChange).finally(next));
    };
    next();
    return () => {
      isOver = true;
      cancel();
    };
  }

  async #look({ inForce, reload }: OnChange): Promise<void> {
    const paths = new Set([...inForce(), ...this.#lastRead]);
    const looked = [...paths].map(async (path) => [path, await this.#lookAt(path)] as const);
    const before = this.#looks;
    const looks = new Map(await Promise.all(looked));
    // Somebody reloaded meanwhile: what was read then is newer.
    if (this.#looks !== before) return;
    this.#looks = looks;
    const changed = [...paths].filter((path) => (before.get(path) ?? looks.get(path)) !== looks.get(path));
    if (changed.length > 0) await reload(changed);
  }
}
