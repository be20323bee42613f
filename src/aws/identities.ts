import type { AwsCredentialIdentity } from '@smithy/types';
import { type Clock, sleep } from '../core/clock.ts';
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
  let isClosed = false;
  const onAccount = ({ name }: Target, accountId: string) => {
    // Credentials that come after a reload are none of the configuration in force.
    if (isClosed) return;
    const before = lastAccounts.get(name);
    lastAccounts.set(name, accountId);
    if (before !== undefined && before !== accountId)
      logger.warn(
        'A target is of another account since the reload; series of the one before end, and those of the new one begin',
        { target: name, account_id_before: before, account_id: accountId },
      );
  };
  const identityOf = (target: Target): Identity => {
    const identity = known.get(target.name) ?? createIdentity(deps, target, onAccount);
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
    /** The account as far as it is known now. */
    knownAccount: (target: Target) => identityOf(target).account(),
    /** The account, once there are credentials of it. */
    async accountId(target: Target, signal: AbortSignal): Promise<string> {
      const { renewal, account } = identityOf(target);
      await raceAbort(() => renewal.get(), signal);
      const accountId = account();
      if (accountId === undefined) throw new Error(`nobody knows the account of target ${target.name}`);
      return accountId;
    },
    /** From now on nothing is said of what comes to be known. */
    close(): void {
      isClosed = true;
    },
  };
}

/** Long for an answer of STS, and short enough to wait for one that never comes. */
const PATIENCE_MS = 5_000;

interface Identity {
  readonly renewal: Renewal;
  account(): string | undefined;
}

function createIdentity(
  { connection, calls, clock, logger }: IdentityDeps,
  target: Target,
  onAccount: (target: Target, accountId: string) => void,
): Identity {
  const configured = knownAccountId(target);
  let account = configured;
  let isWarned = false;
  const sts = createSts(connection, target, (region) =>
    calls.plugin({ api: 'sts', region, accountId: () => account }),
  );
  const obtain = createObtain(() => connection.requestHandler(), sts, target);

  /** Rejects when STS does not answer in time; nobody waits longer where an account is written down. */
  const askSts = async (
    credentials: AwsCredentialIdentity,
    believed: string | undefined,
  ): Promise<string> => {
    const asked = sts.callerAccount(credentials);
    if (believed === undefined) return asked;
    const done = new AbortController();
    const tooLate = sleep(clock, PATIENCE_MS, done.signal).then(() => {
      const message = `STS did not answer within ${PATIENCE_MS / 1000} seconds`;
      throw noteTrouble(Object.assign(new Error(message), { name: 'TimeoutError' }), {
        action: 'sts:GetCallerIdentity',
      });
    });
    return Promise.race([asked, tooLate]).finally(() => done.abort());
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

  const obtainVerified = async () => {
    const credentials = await obtain();
    const { owner, isSure } = await ownerOf(credentials);
    if (account !== undefined && owner !== account) throw otherAccount(target, account, owner);
    account = owner;
    onAccount(target, owner);
    return { credentials, isSure };
  };

  const renewal = new Renewal({
    clock,
    obtain: obtainVerified,
    isFinal: (cause) => cause instanceof OtherAccount,
    onFailure: (cause, expiresAt) =>
      logger.warn('Credentials could not be renewed; those at hand are used until they expire', {
        target: target.name,
        expires: Number.isFinite(expiresAt) ? new Date(expiresAt).toISOString() : 'never',
        reason: explain(cause),
      }),
  });
  return { renewal, account: () => account };
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
