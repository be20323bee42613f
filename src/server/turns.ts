/** What waits for its turn: each address has one after the other, so that who asks for much lets those wait who ask for much. */
export class Turns<T> {
  readonly #max: number;
  readonly #waiting = new Map<string, T[]>();
  #size = 0;

  /** At most `max` wait. */
  constructor(max: number) {
    this.#max = max;
  }

  /** How many wait. */
  get size(): number {
    return this.#size;
  }

  /** Lets a thing wait for the turn of its address; what there is no room for, of the address that has the most, is given back. */
  push(address: string, thing: T): T | undefined {
    const own = this.#waiting.get(address) ?? [];
    own.push(thing);
    this.#waiting.set(address, own);
    this.#size += 1;
    if (this.#size <= this.#max) return undefined;
    const most = [...this.#waiting].reduce((a, b) => (b[1].length > a[1].length ? b : a));
    return this.#take(...most, 'last');
  }

  /** What has its turn now, of the addresses that may have one; undefined when nothing of theirs waits. */
  next(may: (address: string) => boolean = () => true): T | undefined {
    for (const [address, own] of this.#waiting) if (may(address)) return this.#take(address, own, 'first');
    return undefined;
  }

  #take(address: string, own: T[], which: 'first' | 'last'): T | undefined {
    const taken = which === 'first' ? own.shift() : own.pop();
    this.#size -= 1;
    // Its next turn comes after everybody else's.
    if (which === 'first' || own.length === 0) this.#waiting.delete(address);
    if (which === 'first' && own.length > 0) this.#waiting.set(address, own);
    return taken;
  }
}
