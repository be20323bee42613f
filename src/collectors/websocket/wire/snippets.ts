import type { Language } from './managed.ts';

/** The same setting for each language, a block each that can be pasted. */
export type Snippets = Readonly<Record<Language, string>>;

/** A stage and its access log; the log group among it unless it is there already. */
export function accessLogSnippets(
  stage: string,
  group: string,
  format: string,
  isNewGroup: boolean,
): Snippets {
  const quoted = format.replaceAll("'", "''");
  const words = stage.split(/\W+|_/).filter((word) => word !== '');
  const log = `WebSocketAccessLog${words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('')}`;
  const label = ['websocket_access', ...words].join('_').toLowerCase();
  return {
    CloudFormation: `${
      isNewGroup
        ? `  ${log}:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: ${group}
      RetentionInDays: 1
`
        : ''
    }  Stage: # the AWS::ApiGatewayV2::Stage of ${stage} that is there
    Properties:
      AccessLogSettings:
        DestinationArn: !Sub "arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:log-group:${isNewGroup ? `\${${log}}` : group}"
        Format: '${quoted}'
`,
    CDK: `${
      isNewGroup
        ? `const log = new logs.LogGroup(this, '${log}', {
  logGroupName: '${group}',
  retention: logs.RetentionDays.ONE_DAY,
});
`
        : `const log = logs.LogGroup.fromLogGroupName(this, '${log}', '${group}');
`
    }// stage: the WebSocketStage of ${stage} that is there
(stage.node.defaultChild as apigatewayv2.CfnStage).accessLogSettings = {
  destinationArn: \`arn:\${Aws.PARTITION}:logs:\${Aws.REGION}:\${Aws.ACCOUNT_ID}:log-group:\${log.logGroupName}\`,
  format: ${JSON.stringify(format)},
};
`,
    Terraform: `${
      isNewGroup
        ? `resource "aws_cloudwatch_log_group" "${label}" {
  name              = "${group}"
  retention_in_days = 1
}
`
        : `data "aws_cloudwatch_log_group" "${label}" {
  name = "${group}"
}
`
    }# within the aws_apigatewayv2_stage of ${stage} that is there:
  access_log_settings {
    destination_arn = ${isNewGroup ? '' : 'data.'}aws_cloudwatch_log_group.${label}.arn
    format          = ${JSON.stringify(format)}
  }
`,
  };
}

/** The headers that an integration is to send as well. */
export function headerSnippets(routes: string, headers: Readonly<Record<string, string>>): Snippets {
  const lines = (write: (name: string, value: string) => string) =>
    Object.entries(headers)
      .map(([name, value]) => `${write(name, value)}\n`)
      .join('');
  return {
    CloudFormation: `  Integration: # the AWS::ApiGatewayV2::Integration of ${routes} that is there; beside what is among its RequestParameters
    Properties:
      RequestParameters:
${lines((name, value) => `        ${name}: ${value}`)}`,
    CDK: `// integration: the CfnIntegration of ${routes} that is there
integration.requestParameters = {
  ...integration.requestParameters,
${lines((name, value) => `  '${name}': '${value}',`)}};
`,
    Terraform: `# within the aws_apigatewayv2_integration of ${routes} that is there, beside what is among them:
  request_parameters = {
${lines((name, value) => `    "${name}" = "${value}"`)}  }
`,
  };
}

/** Snippets in these languages, each language under its name. */
export function formatSnippets(snippets: readonly Snippets[], languages: readonly Language[]): string {
  return languages
    .map((language) => [`# ${language}\n`, ...snippets.map((one) => one[language])].join(''))
    .join('\n');
}
