import { AsyncLocalStorage } from 'node:async_hooks';

/** A value that whatever is called within some work, at once or later, can ask for. */
export class Context<T> {
  readonly #storage = new AsyncLocalStorage<T>();
  #underWay = 0;

  /** That of the work which this is called within; undefined outside of any. */
  get value(): T | undefined {
    return this.#storage.getStore();
  }

  /** Does the work, in which this is the value. */
  async run<R>(value: T, work: () => Promise<R>): Promise<R> {
    this.#underWay += 1;
    try {
      return await this.#storage.run(value, work);
    } finally {
      this.#underWay -= 1;
      // Up to Node.js 22 everything else, each request that is answered among it, costs up to a fifth more while there may be a value.
      if (this.#underWay === 0) this.#storage.disable();
    }
  }
}
