import type { Clock } from '../../../core/clock.ts';
import { toSentence } from '../../../core/error-text.ts';
import { FaultLog } from '../../../core/fault-log.ts';
import type { Logger } from '../../../core/logger.ts';
import type { ConnectionEvent } from '../../../core/websocket-event.ts';
import type { Storage } from '../../../storage/storage.ts';
import { NAME } from '../name.ts';

/** An event that could not be given to its endpoint yet. */
export interface Held {
  readonly event: ConnectionEvent;
  /** When it came, milliseconds since 1970. */
  readonly at: number;
}

const FILE = `${NAME}/held`;
const FORMAT = `aws-connections-exporter ${NAME}-held 1`;
const LOST = 'events that waited until their endpoints were known';

const TYPES: ReadonlySet<unknown> = new Set<ConnectionEvent['type']>(['connect', 'disconnect', 'message']);

/** What waiting events are kept with. */
interface HeldDeps {
  readonly storage: Storage;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Events that wait until their endpoints are known; they outlive configurations and, on disk, the process. */
export class HeldEvents {
  readonly #storage: Storage;
  readonly #logger: Logger;
  readonly #faults: FaultLog;
  #held: Held[] = [];
  #isLoaded = false;
  #isChanged = false;
  #saving: Promise<void> = Promise.resolve();

  constructor({ storage, clock, logger }: HeldDeps) {
    this.#storage = storage;
    this.#logger = logger;
    this.#faults = new FaultLog({ clock, logger });
  }

  /** How many wait. */
  get size(): number {
    return this.#held.length;
  }

  /** Has one more wait. */
  push(held: Held): void {
    this.#held.push(held);
    this.#isChanged = true;
  }

  /** Hands out all of them, in their order; they wait no more. */
  takeAll(): readonly Held[] {
    const held = this.#held;
    if (held.length > 0) this.#isChanged = true;
    this.#held = [];
    return held;
  }

  /** Reads, once, those that waited when the process before ended. Never rejects. */
  async load(): Promise<void> {
    if (this.#isLoaded) return;
    try {
      const lines = (await this.#storage.read(FILE, FORMAT, LOST)) ?? [];
      this.#held = [...(await this.#toHeld(lines)), ...this.#held];
      this.#isLoaded = true;
    } catch (err) {
      this.#logger.warn('Events that waited for their endpoints cannot be read', { err });
    }
  }

  /** None when the lines make no sense: they are set aside. */
  async #toHeld(lines: readonly string[]): Promise<readonly Held[]> {
    try {
      return lines.map((line) => toHeld(JSON.parse(line)));
    } catch (error) {
      await this.#storage.reject(FILE, toSentence(error), LOST);
      return [];
    }
  }

  /** Writes those that wait, if they changed since. Never rejects. */
  save(): Promise<void> {
    this.#saving = this.#saving.then(async () => {
      // What could not be read is not written over.
      if (!(this.#isChanged || this.#storage.isMissing(FILE)) || !this.#isLoaded) return;
      this.#isChanged = false;
      const lines = this.#held.map((held) => JSON.stringify(held));
      try {
        if (lines.length === 0) await this.#storage.remove(FILE);
        else await this.#storage.write(FILE, FORMAT, lines);
        this.#faults.succeed(FILE, 'Events that wait for their endpoints are written again', {});
      } catch (err) {
        this.#isChanged = true;
        const message = 'Events that wait for their endpoints were not written';
        this.#faults.fail(FILE, { message, reason: toSentence(err), reasonField: 'err', fields: {} });
      }
      this.#faults.say();
    });
    return this.#saving;
  }
}

function toHeld(value: unknown): Held {
  const { event, at } = (value ?? {}) as Partial<Held>;
  if (typeof event?.connectionId !== 'string' || !TYPES.has(event.type) || !Number.isFinite(at))
    throw new Error('one of its lines is not an event');
  return value as Held;
}
