import { knownAccountId } from '../aws/targets.ts';
import type { Permission } from '../collectors/domain.ts';
import { configJsonSchema } from '../config/json-schema.ts';
import type { Config } from '../config/schema.ts';
import { eachDomain } from '../domains.ts';
import type { Args } from './args.ts';
import { readConfigOrExplain } from './configuration.ts';
import { describeMetrics } from './describe-metrics.ts';
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
    const { toRules } = await import('../rules.ts');
    await print(toRules(flags['web.external-url']));
    return 0;
  }
  const config = readConfigOrExplain(flags['config.file']);
  if (!config) return 1;
  await print(`${JSON.stringify(iamPolicy(config), null, 2)}\n`);
  return 0;
}

/** The least that the configuration needs, as an IAM policy document; `*` stands for an account or region that it does not name. */
export function iamPolicy(config: Config) {
  const places = config.targets.flatMap(({ name, regions, role_arn, account_id }) => {
    const known = {
      name,
      region: '',
      ...(role_arn !== null && { roleArn: role_arn }),
      ...(account_id !== null && { accountId: account_id }),
    };
    const accountId = knownAccountId(known) ?? '*';
    return (regions.length > 0 ? regions : ['*']).map((region) => ({ name, accountId, region }));
  });
  const roles = [...new Set(config.targets.flatMap(({ role_arn }) => role_arn ?? []))];
  const permissions: Permission[] = roles.length > 0 ? [{ action: 'sts:AssumeRole', resources: roles }] : [];
  const needed = eachDomain((key, domain) =>
    config[key].enabled ? domain.permissions(config[key], places) : [],
  );
  permissions.push(...needed.flat());
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
