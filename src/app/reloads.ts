import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import { Stopped } from '../core/collector.ts';
import { toSentence } from '../core/error-text.ts';
import type { Family } from '../core/family.ts';
import type { Logger } from '../core/logger.ts';
import { type ReloadState, reloadFamilies } from './own-families.ts';

/** A configuration that was read, or its problems as lines for people. */
export type Loaded = { readonly config: Config } | { readonly problems: readonly string[] };

/** Changes of configuration while the exporter runs: one at a time, each in force as a whole or refused. */
export class Reloads {
  readonly families: readonly Family[] = reloadFamilies(() => this.#state);
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #apply: (config: Config) => Promise<void>;
  #state: ReloadState;
  /** The reload that has not begun yet. */
  #waiting: Promise<readonly string[]> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** `apply` puts a configuration in force, or rejects, changing nothing; with `Stopped` when there is no more use in it. */
  constructor({
    clock,
    logger,
    apply,
  }: { clock: Clock; logger: Logger; apply: (config: Config) => Promise<void> }) {
    this.#clock = clock;
    this.#logger = logger;
    this.#apply = apply;
    this.#state = { problems: [], lastSuccessAt: clock.now() };
  }

  /**
   * Puts what `load` gives in force; resolves to its problems, or none. Whoever asks while a reload waits for its turn is answered by
   * that one, which has loaded nothing yet.
   */
  reload(load: () => Loaded): Promise<readonly string[]> {
    this.#waiting ??= this.#last.then(() => {
      this.#waiting = undefined;
      return this.#reload(load());
    });
    this.#last = this.#waiting.catch(() => {});
    return this.#waiting;
  }

  /** Why the last configuration was refused, as lines for people; none when it is in force. */
  get problems(): readonly string[] {
    return this.#state.problems;
  }

  /** Resolves when no reload is under way. */
  async idle(): Promise<void> {
    await this.#last;
  }

  async #reload(loaded: Loaded): Promise<readonly string[]> {
    const problems = 'problems' in loaded ? loaded.problems : await this.#problemsOf(loaded.config);
    if (problems instanceof Stopped) {
      this.#logger.info('The configuration is not reloaded any more', { reason: problems.message });
      return [problems.message];
    }
    const successful = problems.length === 0;
    this.#state = { problems, lastSuccessAt: successful ? this.#clock.now() : this.#state.lastSuccessAt };
    if (successful) this.#logger.info('The configuration was reloaded');
    else
      this.#logger.error('The configuration was not reloaded; the one before stays in force', {
        problems: problems.join('; '),
      });
    return problems;
  }

  async #problemsOf(config: Config): Promise<readonly string[] | Stopped> {
    try {
      await this.#apply(config);
      return [];
    } catch (error) {
      return error instanceof Stopped ? error : [toSentence(error)];
    }
  }
}
