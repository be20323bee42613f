import type { Place } from './change.ts';
import { command, formatCommand } from './command.ts';
import { Refused } from './plan.ts';

/** The exact remedy: only this managed policy is taken (a narrower role is refused when it is set). */
export function withoutRole(place: Place): Refused {
  const { partition, accountId } = place;
  const name = 'api-gateway-logs';
  const trust = {
    Version: '2012-10-17',
    Statement: [
      { Effect: 'Allow', Principal: { Service: 'apigateway.amazonaws.com' }, Action: 'sts:AssumeRole' },
    ],
  };
  const policy = `arn:${partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs`;
  const role = `arn:${partition}:iam::${accountId}:role/${name}`;
  const of = ['--role-name', name];
  const commands = [
    command(place, 'iam', 'create-role', ...of, '--assume-role-policy-document', trust),
    command(place, 'iam', 'attach-role-policy', ...of, '--policy-arn', policy),
    command(
      place,
      'apigateway',
      'update-account',
      '--patch-operations',
      `op=replace,path=/cloudwatchRoleArn,value=${role}`,
    ),
  ];
  return new Refused(
    `API Gateway has no role to write logs with in the account ${accountId} in ${place.target.region}, a setting of the whole account there. Somebody who may has to give it one; IAM takes some seconds between the second command and the third`,
    `${commands.map(formatCommand).join('\n')}\n`,
  );
}
