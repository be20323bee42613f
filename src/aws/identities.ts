import { brokenAnswer } from './answers.ts';
import type { CallLabels, Calls } from './calls.ts';
import { APP, type Api, type Connection } from './connection.ts';
import { insistOnSoundCredentials } from './environment.ts';
import { remember } from './remember.ts';
import { knownAccountId, type Target } from './targets.ts';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };

/** Who we are in each target, its credentials and its account; STS is asked once for all targets of a name, and only where it must. */
export function createIdentities(connection: Connection, calls: Calls) {
  const learned = new Map<string, string>();

  const labels = (api: Api, target: Target): CallLabels => ({
    api,
    region: target.region,
    accountId: () => knownAccountId(target) ?? learned.get(target.name),
  });

  // The STS client of a name keeps its credentials, which the SDK refreshes before they expire.
  const sts = remember(
    ({ name }: Target) => name,
    async (target) => {
      if (target.profile === undefined) insistOnSoundCredentials(process.env);
      const [{ STSClient }, { fromNodeProviderChain, fromTemporaryCredentials }, clientConfig] =
        await Promise.all([
          import('@aws-sdk/client-sts'),
          import('@aws-sdk/credential-providers'),
          connection.settings('sts', target),
        ]);
      const { profile, roleArn, externalId } = target;
      const chain = fromNodeProviderChain({
        clientConfig,
        clientPlugins: [calls.plugin(labels('sts', target))],
        // A profile in our configuration is a choice: no warning that the environment holds keys as well.
        ...(profile === undefined ? {} : { profile, logger: SILENT }),
      });
      const assume = (RoleArn: string) =>
        fromTemporaryCredentials({
          masterCredentials: chain,
          params: {
            RoleArn,
            RoleSessionName: APP,
            ...(externalId === undefined ? {} : { ExternalId: externalId }),
          },
          clientConfig,
          clientPlugins: [calls.plugin(labels('sts', target))],
        });
      const client = new STSClient({
        ...clientConfig,
        credentials: roleArn === undefined ? chain : assume(roleArn),
      });
      client.middlewareStack.use(calls.plugin(labels('sts', target)));
      return client;
    },
  );

  const callerAccount = remember(
    ({ name }: Target, _signal: AbortSignal) => name,
    async (target, abortSignal) => {
      const { GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
      const { Account } = await (await sts(target)).send(new GetCallerIdentityCommand({}), { abortSignal });
      if (Account === undefined) throw brokenAnswer('STS GetCallerIdentity named no account');
      learned.set(target.name, Account);
      return Account;
    },
  );

  return {
    /** What the calls of a client are counted under. */
    labels,
    credentials: async (target: Target) => (await sts(target)).config.credentials,
    accountId: async (target: Target, signal: AbortSignal) =>
      knownAccountId(target) ?? callerAccount(target, signal),
  };
}
