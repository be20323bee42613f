import { randomBytes } from 'node:crypto';

interface Issued<T> {
  readonly scope: string;
  readonly place: T;
  readonly issuedAt: number;
}

const livesMs = 24 * 60 * 60 * 1000;

/** Page tokens that live 24 hours on a world's clock, each good for the parameters alone with which it was issued. */
export class PageTokens<T> {
  readonly #now: () => number;
  /** The oldest first. */
  readonly #issued = new Map<string, Issued<T>>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A token for a place in the listing that `scope` describes. */
  issue(scope: string, place: T): string {
    for (const [token, { issuedAt }] of this.#issued) {
      if (issuedAt > this.#now() - livesMs) break;
      this.#issued.delete(token);
    }
    const token = randomBytes(18).toString('base64url');
    this.#issued.set(token, { scope, place, issuedAt: this.#now() });
    return token;
  }

  /** The place that a token stands for; undefined when it was issued for something else, or too long ago. */
  read(scope: string, token: string): T | undefined {
    const issued = this.#issued.get(token);
    if (issued?.scope !== scope || issued.issuedAt <= this.#now() - livesMs) return undefined;
    return issued.place;
  }
}
