import type { AwsCredentialIdentity } from '@smithy/types';
import type { Clock } from '../core/clock.ts';

/** What credentials are renewed with. */
export interface RenewalDeps {
  readonly clock: Clock;
  /** Gets them anew; when not `isSure` whose they are, they are gone through again within a quarter of an hour. */
  readonly obtain: () => Promise<{ readonly credentials: AwsCredentialIdentity; readonly isSure: boolean }>;
  /** Whether a failure means that those at hand must not be used any longer either. */
  readonly isFinal: (cause: unknown) => boolean;
  /** Hears, once until it works again, that they could not be renewed ahead of time; those at hand expire at `expiresAt`, if ever. */
  readonly onFailure: (cause: unknown, expiresAt: number) => void;
}

/** For so long numbers of a wrong account can stand under the one written down; each time a helper is asked, too. */
const UNSURE_MS = 15 * 60_000;
/** How long before they expire credentials are renewed; sooner where they live so short. */
const AHEAD_MS = 5 * 60_000;
const RETRY_MS = 30_000;
/** Credentials that AWS refuses are asked for anew no more often than this: the source may be a helper, a portal or a file. */
const REPLACE_EVERY_MS = 60_000;

/** Credentials that are renewed ahead of time, without anybody waiting; those at hand are good until they expire. */
export class Renewal {
  readonly #deps: RenewalDeps;
  #held: { readonly credentials: AwsCredentialIdentity; readonly renewAt: number } | undefined;
  #obtaining: Promise<AwsCredentialIdentity> | undefined;
  #triedAt = Number.NEGATIVE_INFINITY;
  #isFailing = false;
  #replacement: { readonly at: number; readonly isOther: Promise<boolean> } | undefined;

  constructor(deps: RenewalDeps) {
    this.#deps = deps;
  }

  /** When those at hand expire, or expired if no others could be had, in milliseconds since 1970; undefined where they never do, or there are none. */
  get expiresAt(): number | undefined {
    return this.#held?.credentials.expiration?.getTime();
  }

  /** Valid credentials; rejects when there are none at hand and none can be had. */
  get(): Promise<AwsCredentialIdentity> {
    const { clock, onFailure } = this.#deps;
    const held = this.#held;
    const expiresAt = held?.credentials.expiration?.getTime() ?? Number.POSITIVE_INFINITY;
    if (!held || expiresAt <= clock.now()) return this.#obtain();
    if (held.renewAt <= clock.now() && clock.monotonic() - this.#triedAt >= RETRY_MS)
      this.#obtain().catch((cause: unknown) => {
        if (!this.#isFailing) onFailure(cause, expiresAt);
        this.#isFailing = true;
      });
    return Promise.resolve(held.credentials);
  }

  /** Gets them anew after AWS refused those at hand; whether they are others now. Rejects when none can be had; once a minute at most. */
  replace(): Promise<boolean> {
    const at = this.#deps.clock.monotonic();
    if (this.#replacement && at - this.#replacement.at < REPLACE_EVERY_MS) return this.#replacement.isOther;
    const before = this.#held?.credentials;
    const isOther = this.#obtain().then((now) => !isSame(now, before));
    this.#replacement = { at, isOther };
    return isOther;
  }

  #obtain(): Promise<AwsCredentialIdentity> {
    this.#obtaining ??= this.#hold().finally(() => {
      this.#obtaining = undefined;
    });
    return this.#obtaining;
  }

  async #hold(): Promise<AwsCredentialIdentity> {
    const { clock, obtain, isFinal } = this.#deps;
    this.#triedAt = clock.monotonic();
    const { credentials, isSure } = await obtain().catch((cause: unknown) => {
      if (isFinal(cause)) this.#held = undefined;
      throw cause;
    });
    const now = clock.now();
    const lifetimeMs = (credentials.expiration?.getTime() ?? Number.POSITIVE_INFINITY) - now;
    if (lifetimeMs <= 0)
      throw Object.assign(new Error(`the credentials expired at ${credentials.expiration?.toISOString()}`), {
        name: 'ExpiredCredentials',
      });
    const renewInMs = Math.max(lifetimeMs - AHEAD_MS, lifetimeMs / 2);
    this.#held = { credentials, renewAt: now + (isSure ? renewInMs : Math.min(renewInMs, UNSURE_MS)) };
    this.#isFailing = false;
    return credentials;
  }
}

function isSame(a: AwsCredentialIdentity, b: AwsCredentialIdentity | undefined): boolean {
  return (
    a.accessKeyId === b?.accessKeyId &&
    a.secretAccessKey === b.secretAccessKey &&
    a.sessionToken === b.sessionToken
  );
}
