import { knownAccountId, partitionOf } from '../aws/targets.ts';
import { eachDomain } from '../collectors/index.ts';
import { configJsonSchema } from '../config/json-schema.ts';
import type { Config } from '../config/schema.ts';
import type { Permission } from '../polling/domain.ts';
import type { Args } from './args.ts';
import { readConfigOrExplain } from './configuration.ts';
import { describeMetrics } from './describe-metrics.ts';
import type { Flags } from './flags.ts';
import { print } from './output.ts';

/** Prints what is known of metrics, permissions, configuration or rules. */
export async function describe({ flags, topic }: Args): Promise<number> {
  if (topic === 'config-schema') {
    await print(`${JSON.stringify(configJsonSchema(), null, 2)}\n`);
    return 0;
  }
  if (topic === 'metrics') {
    await print(await describeMetrics());
    return 0;
  }
  if (topic === 'rules') {
    const { toRules } = await import('../app/rules.ts');
    await print(toRules(flags['web.external-url']));
    return 0;
  }
  const config = readConfigOrExplain(flags['config.file']);
  if (!config) return 1;
  if (flags.for === 'wire') {
    await print(`${JSON.stringify(await wirePolicy(config, flags), null, 2)}\n`);
    return 0;
  }
  const given = (['api-id', 'stage', 'log-group'] as const).find((name) => flags[name]?.length);
  if (given !== undefined) {
    process.stderr.write(`aws-connections-exporter: --${given} has a meaning with --for=wire only\n`);
    return 2;
  }
  const policy = iamPolicy(config, flags.for);
  if (policy.Statement.length === 0 && flags.for !== 'all') {
    process.stderr.write(`${NOTHING[flags.for]}\n`);
    return 1;
  }
  await print(`${JSON.stringify(policy, null, 2)}\n`);
  return 0;
}

/** Why a policy has no statements, which IAM does not take. */
const NOTHING: Readonly<Record<Exclude<Holder, 'all'>, string>> = {
  hub: 'The hub needs nothing: the configuration enables no collector, and no target has a role_arn.',
  member: 'No role needs anything: the configuration enables no collector, or no target has a role_arn.',
};

/** Whose policy: of everything at once, of the identity that the exporter has, or of the roles that it assumes. */
type Holder = Exclude<Flags['for'], 'wire'>;

/** What wiring needs, as an IAM policy document: a policy of its own, for the exporter itself changes nothing. */
async function wirePolicy(config: Config, flags: Flags) {
  const { wirePermissions } = await import('../collectors/websocket/wire/index.ts');
  const wired = { apiId: flags['api-id'], stages: flags.stage, logGroup: flags['log-group'] };
  return toPolicy([...toAssume(config), ...wirePermissions(toPlaces(config, 'all'), wired)]);
}

/** The least that the configuration needs, as an IAM policy document; `*` stands for an account or region that it does not name. */
export function iamPolicy(config: Config, holder: Holder) {
  const places = toPlaces(config, holder);
  const permissions: Permission[] = holder === 'member' ? [] : toAssume(config);
  const needed = eachDomain((key, domain) =>
    config[key].enabled && places.length > 0 ? domain.permissions(config[key], places) : [],
  );
  permissions.push(...needed.flat());
  return toPolicy(permissions);
}

function toAssume({ targets }: Config): Permission[] {
  const resources = [...new Set(targets.flatMap(({ role_arn }) => role_arn ?? []))];
  return resources.length > 0 ? [{ action: 'sts:AssumeRole', resources }] : [];
}

/** The accounts and regions of the targets that this policy is for. */
function toPlaces(config: Config, holder: Holder) {
  const targets = config.targets.filter(
    ({ role_arn }) => holder === 'all' || (role_arn !== null) === (holder === 'member'),
  );
  return targets.flatMap(({ name, regions, role_arn, account_id }) => {
    const known = {
      ...(role_arn !== null && { roleArn: role_arn }),
      ...(account_id !== null && { accountId: account_id }),
    };
    // One policy for the roles of all accounts: in each it speaks of that account alone.
    const accountId = (holder === 'member' ? undefined : knownAccountId(known)) ?? '*';
    return (regions.length > 0 ? regions : ['*']).map((region) => {
      const partition = partitionOf({ ...known, region });
      return { name, accountId, region, partition };
    });
  });
}

function toPolicy(permissions: readonly Permission[]) {
  return {
    Version: '2012-10-17',
    Statement: permissions.map(({ action, resources, condition }) => ({
      Sid: action.split(':')[1],
      Effect: 'Allow',
      Action: action,
      Resource: resources.length === 1 ? resources[0] : resources,
      ...(condition && { Condition: condition }),
    })),
  };
}
