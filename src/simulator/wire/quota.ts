import type { Call } from './service.ts';

/** Calls counted by account and region, within each second of a world's clock. */
export class Quota {
  readonly #now: () => number;
  readonly #seconds = new Map<string, { readonly second: number; calls: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts a call; whether it is one more than `limit` of this second. */
  exceeds({ accountId, region }: Pick<Call, 'accountId' | 'region'>, limit: number): boolean {
    const second = Math.floor(this.#now() / 1000);
    const known = this.#seconds.get(`${accountId} ${region}`);
    const current = known?.second === second ? known : { second, calls: 0 };
    this.#seconds.set(`${accountId} ${region}`, current);
    current.calls++;
    return current.calls > limit;
  }
}
