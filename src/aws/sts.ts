import type {
  AssumeRoleCommandInput,
  AssumeRoleWithWebIdentityCommandInput,
  STSClient,
} from '@aws-sdk/client-sts';
import type { AwsCredentialIdentity, Pluggable } from '@smithy/types';
import { brokenAnswer } from './answers.ts';
import type { Connection } from './connection.ts';
import type { Target } from './targets.ts';

/** STS for one target name. It is asked in the region that answered last and, where that fails, in all others at once. */
export interface Sts {
  /** The account that these credentials belong to. */
  callerAccount(credentials: AwsCredentialIdentity): Promise<string>;
  /** The credentials of a role. */
  assumeRole(
    credentials: AwsCredentialIdentity,
    input: AssumeRoleCommandInput,
  ): Promise<AwsCredentialIdentity>;
  /** The same for whoever holds a web identity token. */
  assumeRoleWithWebIdentity(input: AssumeRoleWithWebIdentityCommandInput): Promise<AwsCredentialIdentity>;
  /** The account of credentials that were given here, for then STS named it; undefined for all others. */
  givenAccount(credentials: AwsCredentialIdentity): string | undefined;
}

/** Elsewhere there is another chance; one retry is for a clock that is off, which the first answer corrects. */
const ATTEMPTS_PER_REGION = 2;

/** `plugin` counts the calls to a region. */
export function createSts(
  connection: Connection,
  target: Target,
  plugin: <I extends object, O extends object>(region: string) => Pluggable<I, O>,
): Sts {
  const regions = target.regions ?? [target.region];
  const given = new WeakMap<AwsCredentialIdentity, string>();
  let [preferred = target.region] = regions;

  const askIn = async <T>(region: string, credentials: AwsCredentialIdentity | undefined, call: Call<T>) => {
    const { STSClient } = await import('@aws-sdk/client-sts');
    const settings = await connection.settings('sts', { ...target, region });
    const { maxAttempts } = settings;
    const client = new STSClient({
      ...settings,
      maxAttempts: regions.length > 1 ? Math.min(maxAttempts, ATTEMPTS_PER_REGION) : maxAttempts,
      ...(credentials && { credentials }),
    });
    client.middlewareStack.use(plugin(region));
    return { region, answer: await call(client) };
  };

  const ask = async <T>(credentials: AwsCredentialIdentity | undefined, call: Call<T>): Promise<T> => {
    const others = regions.filter((region) => region !== preferred);
    const first = await askIn(preferred, credentials, call).catch(async (error: unknown) => {
      const asked = others.map((region) => askIn(region, credentials, call));
      return Promise.any(asked).catch((all: unknown) => {
        throw mostTelling([error, ...(all instanceof AggregateError ? all.errors : [])]);
      });
    });
    preferred = first.region;
    return first.answer;
  };

  const give = ({ Credentials, AssumedRoleUser }: Assumed): AwsCredentialIdentity => {
    const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials ?? {};
    const accountId = AssumedRoleUser?.Arn?.split(':')[4];
    if (!AccessKeyId || !SecretAccessKey) throw brokenAnswer('STS gave a role without its keys');
    const credentials = {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      ...(SessionToken !== undefined && { sessionToken: SessionToken }),
      ...(Expiration !== undefined && { expiration: Expiration }),
    };
    // Not within them: DynamoDB would be asked at a host of the account's own.
    if (accountId) given.set(credentials, accountId);
    return credentials;
  };

  return {
    async callerAccount(credentials) {
      const { GetCallerIdentityCommand } = await import('@aws-sdk/client-sts');
      return ask(credentials, async (client) => {
        const { Account } = await client.send(new GetCallerIdentityCommand({}));
        if (Account === undefined) throw brokenAnswer('STS GetCallerIdentity named no account');
        return Account;
      });
    },
    async assumeRole(credentials, input) {
      const { AssumeRoleCommand } = await import('@aws-sdk/client-sts');
      return ask(credentials, async (client) => give(await client.send(new AssumeRoleCommand(input))));
    },
    async assumeRoleWithWebIdentity(input) {
      const { AssumeRoleWithWebIdentityCommand } = await import('@aws-sdk/client-sts');
      return ask(undefined, async (client) =>
        give(await client.send(new AssumeRoleWithWebIdentityCommand(input))),
      );
    },
    givenAccount: (credentials) => given.get(credentials),
  };
}

type Call<T> = (client: STSClient) => Promise<T>;

interface Assumed {
  readonly Credentials?:
    | {
        readonly AccessKeyId: string | undefined;
        readonly SecretAccessKey: string | undefined;
        readonly SessionToken: string | undefined;
        readonly Expiration: Date | undefined;
      }
    | undefined;
  readonly AssumedRoleUser?: { readonly Arn: string | undefined } | undefined;
}

/** A refusal by AWS itself says more than a region that cannot be reached. */
function mostTelling(errors: readonly unknown[]): unknown {
  const isAnswer = (error: unknown) => error instanceof Error && '$fault' in error;
  return errors.find(isAnswer) ?? errors[0];
}
