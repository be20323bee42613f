import { setMaxListeners } from 'node:events';
import type { AwsCredentialIdentity } from '@smithy/types';
import type { Clock } from '../core/clock.ts';
import { Stopped } from '../core/collector.ts';
import { inTime } from '../core/in-time.ts';
import type { Logger } from '../core/logger.ts';
import { type CallLabels, type Calls, raceAbort } from './calls.ts';
import type { Api, Connection } from './connection.ts';
import { createObtain, profileOf } from './credentials.ts';
import { explain, noteTrouble, toCallError } from './errors.ts';
import { Renewal } from './renewal.ts';
import { createSts } from './sts.ts';
import { knownAccountId, type Target } from './targets.ts';

/** What identities are made with. */
export interface IdentityDeps {
  readonly connection: Connection;
  readonly calls: Calls;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The account that each target, by its name, was of last; kept from one configuration to the next. */
  readonly lastAccounts?: Map<string, string>;
}

/** Who we are in each target: credentials that are known to be of its account. Targets of a name share them. */
export function createIdentities(deps: IdentityDeps) {
  const { logger, lastAccounts = new Map() } = deps;
  const known = new Map<string, Identity>();
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  const onAccount = ({ name }: Target, accountId: string) => {
    // Credentials that come after a reload are none of the configuration in force.
    if (closing.signal.aborted) return;
    const before = lastAccounts.get(name);
    lastAccounts.set(name, accountId);
    if (before !== undefined && before !== accountId)
      logger.warn(
        'A target is of another account since the reload; series of the one before end, and those of the new one begin',
        { target: name, account_id_before: before, account_id: accountId },
      );
  };
  const identityOf = (target: Target): Identity => {
    const identity = known.get(target.name) ?? createIdentity(deps, target, onAccount, closing.signal);
    known.set(target.name, identity);
    return identity;
  };
  return {
    /** What the calls of a client are counted under. */
    labels: (api: Api, target: Target): CallLabels => ({
      api,
      region: target.region,
      accountId: () => identityOf(target).account(),
    }),
    /** Resolves to credentials of the target's account, or rejects. */
    credentials: (target: Target) => identityOf(target).renewal.get(),
    /** Gets credentials anew after AWS refused them; whether others came. */
    replace: (target: Target) => identityOf(target).renewal.replace(),
    /** When the credentials of each target expire, by its name, in milliseconds since 1970; those that never do are left out. */
    expiries: (): ReadonlyMap<string, number> =>
      new Map(
        [...known].flatMap(
          ([
            name,
            {
              renewal: { expiresAt },
            },
          ]) => (expiresAt === undefined ? [] : [[name, expiresAt]]),
        ),
      ),
    /** The account as far as it is known now. */
    knownAccount: (target: Target) => identityOf(target).account(),
    /** The account, once there are credentials of it. */
    async accountId(target: Target, signal: AbortSignal | undefined): Promise<string> {
      const { renewal, account } = identityOf(target);
      await raceAbort(() => renewal.get(), signal);
      const accountId = account();
      if (accountId === undefined) throw new Error(`nobody knows the account of target ${target.name}`);
      return accountId;
    },
    /** Ends every attempt to get credentials, and the helpers that it started. */
    close: () => closing.abort(new Stopped('credentials are no longer asked for')),
  };
}

/** Long for an answer of STS, and short enough to wait for one that never comes. */
const PATIENCE_MS = 5_000;
/** Longer than STS can honestly take with the default timeouts, in all regions of a target; nothing waits for ever. */
const DEADLINE_MS = 120_000;

interface Identity {
  readonly renewal: Renewal;
  account(): string | undefined;
}

function createIdentity(
  { connection, calls, clock, logger }: IdentityDeps,
  target: Target,
  onAccount: (target: Target, accountId: string) => void,
  closing: AbortSignal,
): Identity {
  const configured = knownAccountId(target);
  let account = configured;
  let isWarned = false;
  const sts = createSts(connection, target, (region) =>
    calls.plugin({ api: 'sts', region, accountId: () => account }),
  );
  const obtain = createObtain(() => connection.requestHandler(), sts, target, clock);

  /** Rejects when STS does not answer in time; nobody waits longer where an account is written down. */
  const askSts = async (
    credentials: AwsCredentialIdentity,
    believed: string | undefined,
  ): Promise<string> => {
    const ask = () => sts.callerAccount(credentials);
    if (believed === undefined) return ask();
    return inTime({ clock, ms: PATIENCE_MS, late: () => noAnswer(PATIENCE_MS) }, ask);
  };

  /** The account that STS names; where it cannot be asked, the one that is written down. */
  const ownerOf = async (credentials: AwsCredentialIdentity) => {
    const believed = credentials.accountId ?? configured;
    try {
      const owner = sts.givenAccount(credentials) ?? (await askSts(credentials, believed));
      isWarned = false;
      return { owner, isSure: true };
    } catch (cause) {
      const isOut = ['timeout', 'unavailable'].includes(toCallError(cause));
      if (believed === undefined)
        throw isOut
          ? noteTrouble(cause, { hint: 'with account_id in the target, STS need not be reached' })
          : cause;
      const message =
        'STS could not be asked whose the credentials of a target are; the account written down is believed';
      if (!isWarned)
        logger.warn(message, { target: target.name, account_id: believed, reason: explain(cause) });
      isWarned = true;
      return { owner: believed, isSure: false };
    }
  };

  const verified = async (signal: AbortSignal) => {
    const credentials = await obtain(signal);
    const { owner, isSure } = await ownerOf(credentials);
    if (account !== undefined && owner !== account) throw otherAccount(target, account, owner);
    account = owner;
    onAccount(target, owner);
    return { credentials, isSure };
  };

  const renewal = new Renewal({
    clock,
    obtain: () =>
      inTime({ clock, ms: DEADLINE_MS, late: () => noAnswer(DEADLINE_MS), signal: closing }, verified),
    isFinal: (cause) => cause instanceof OtherAccount,
    onFailure: (cause, expiresAt) => {
      if (closing.aborted) return;
      logger.warn('Credentials could not be renewed; those at hand are used until they expire', {
        target: target.name,
        expires: Number.isFinite(expiresAt) ? new Date(expiresAt).toISOString() : 'never',
        reason: explain(cause),
      });
    },
  });
  return { renewal, account: () => account };
}

function noAnswer(ms: number): Error {
  const message = `STS did not answer within ${ms / 1_000} seconds`;
  return noteTrouble(Object.assign(new Error(message), { name: 'TimeoutError' }), {
    action: 'sts:GetCallerIdentity',
  });
}

/** Numbers of another account must never stand under this one, nor its lack of an endpoint retire ours. */
class OtherAccount extends Error {
  override readonly name = 'OtherAccount';
}

function otherAccount(target: Target, account: string, owner: string): Error {
  const profile = profileOf(target.profile);
  const whose = profile === undefined ? 'the credentials' : `the credentials of profile ${profile}`;
  const configured = target.accountId === undefined ? 'role_arn' : 'account_id';
  const expected =
    knownAccountId(target) === undefined
      ? `until now they were of account ${account}`
      : `${configured} names account ${account}`;
  const error = new OtherAccount(`${whose} are of account ${owner}, but ${expected}`);
  return noteTrouble(error, { action: 'getting credentials' });
}
