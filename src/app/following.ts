import { setMaxListeners } from 'node:events';
import { type Collector, Stopped } from '../core/collector.ts';

/** The reading, between passes, of what tells collectors of events when it is asked. */
export class Following {
  #now: { readonly stop: AbortController; readonly ended: Promise<unknown> } | undefined;

  get isUnderWay(): boolean {
    return this.#now !== undefined;
  }

  /** Begins to read, unless that is under way; whether there is anything to read. */
  begin(collectors: readonly Collector[]): boolean {
    if (this.#now) return true;
    const stop = new AbortController();
    setMaxListeners(0, stop.signal);
    const all = collectors.flatMap((collector) => collector.follow?.(stop.signal) ?? []);
    if (all.length > 0) this.#now = { stop, ended: Promise.all(all) };
    return all.length > 0;
  }

  /** Ends it; resolves when nothing of it is under way. */
  async end(): Promise<void> {
    const now = this.#now;
    this.#now = undefined;
    now?.stop.abort(new Stopped('what tells of events is not read any more'));
    await now?.ended;
  }
}
