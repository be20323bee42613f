import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DELETE, QUEUE, RECEIVE } from '../../src/collectors/websocket/permissions.ts';
import { FORMAT, judgeFormat } from '../../src/collectors/websocket/wire/format.ts';
import { toBodyEvent, toEventPath, toHeaderEvent } from '../../src/event-forms/shapes.ts';
import { needs, programPath } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { readTemplate, references, templateNames } from './cloudformation.ts';
import { blocks, docs, page } from './page.ts';

interface Known {
  readonly required: readonly string[];
  readonly attributes?: readonly string[];
}

/** From the resource reference of CloudFormation; for a load balancer, a target group and a function what these uses of them need. */
const TYPES: Readonly<Record<string, Known>> = {
  'AWS::ApiGateway::Account': { required: ['CloudWatchRoleArn'] },
  'AWS::ApiGateway::VpcLink': { required: ['Name', 'TargetArns'] },
  'AWS::ApiGatewayV2::Api': {
    required: ['Name', 'ProtocolType', 'RouteSelectionExpression'],
    attributes: ['ApiEndpoint'],
  },
  'AWS::ApiGatewayV2::Integration': { required: ['ApiId', 'IntegrationType'] },
  'AWS::ApiGatewayV2::IntegrationResponse': {
    required: ['ApiId', 'IntegrationId', 'IntegrationResponseKey'],
  },
  'AWS::ApiGatewayV2::Route': { required: ['ApiId', 'RouteKey', 'Target'] },
  'AWS::ApiGatewayV2::Stage': { required: ['ApiId', 'StageName', 'AutoDeploy'] },
  'AWS::DynamoDB::Table': { required: ['KeySchema', 'AttributeDefinitions'], attributes: ['Arn'] },
  'AWS::EC2::SecurityGroup': { required: ['GroupDescription', 'VpcId'] },
  'AWS::EC2::SecurityGroupIngress': { required: ['GroupId', 'IpProtocol', 'FromPort', 'ToPort'] },
  'AWS::ElasticLoadBalancingV2::Listener': {
    required: ['LoadBalancerArn', 'DefaultActions', 'Port', 'Protocol'],
  },
  'AWS::ElasticLoadBalancingV2::LoadBalancer': {
    required: ['Type', 'Scheme', 'Subnets'],
    attributes: ['DNSName'],
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': { required: ['VpcId', 'Protocol', 'Port', 'Targets'] },
  'AWS::IAM::ManagedPolicy': { required: ['PolicyDocument'] },
  'AWS::IAM::Role': { required: ['AssumeRolePolicyDocument'], attributes: ['Arn'] },
  'AWS::IAM::RolePolicy': { required: ['RoleName', 'PolicyName', 'PolicyDocument'] },
  'AWS::Lambda::Function': { required: ['Code', 'Role', 'Handler', 'Runtime'], attributes: ['Arn'] },
  'AWS::Lambda::Permission': { required: ['FunctionName', 'Action', 'Principal'] },
  'AWS::Logs::LogGroup': { required: ['LogGroupClass', 'RetentionInDays'] },
  'AWS::SQS::Queue': { required: ['MessageRetentionPeriod', 'SqsManagedSseEnabled'], attributes: ['Arn'] },
  'AWS::SQS::QueuePolicy': { required: ['Queues', 'PolicyDocument'] },
};

const PSEUDO = [
  'AWS::AccountId',
  'AWS::NoValue',
  'AWS::Partition',
  'AWS::Region',
  'AWS::StackName',
  'AWS::URLSuffix',
];

describe.each(templateNames)('%s.yaml', (name) => {
  const { Parameters = {}, Conditions = {}, Resources, Outputs } = readTemplate(name);

  test('has resources of known types with what these require', () => {
    const lacks = Object.entries(Resources).flatMap(([id, { Type, Properties }]) => {
      const { required } = TYPES[Type] ?? { required: ['a known type'] };
      return required.filter((key) => !(key in Properties)).map((key) => `${id} lacks ${key}`);
    });
    expect(lacks).toEqual([]);
  });

  test('refers only to what is there', () => {
    const attributes = Object.entries(Resources).flatMap(([id, { Type }]) =>
      (TYPES[Type]?.attributes ?? []).map((attribute) => `${id}.${attribute}`),
    );
    const there = [...Object.keys(Parameters), ...Object.keys(Resources), ...attributes, ...PSEUDO];
    expect(there).toEqual(expect.arrayContaining(references([Resources, Outputs])));
    const conditions = Object.values(Resources).flatMap(({ Condition }) => Condition ?? []);
    expect(Object.keys(Conditions)).toEqual(expect.arrayContaining(conditions));
    const depends = Object.values(Resources).flatMap(({ DependsOn }) => DependsOn ?? []);
    expect(Object.keys(Resources)).toEqual(expect.arrayContaining(depends));
  });

  test('uses every parameter', () => {
    expect(references([Conditions, Resources, Outputs])).toEqual(
      expect.arrayContaining(Object.keys(Parameters)),
    );
  });
});

test.each(['vpc-link', 'http', 'lambda'] as const)(
  'the routes of %s.yaml go to its integration and its stage waits for them',
  (name) => {
    const { Resources } = readTemplate(name);
    const routes = Object.entries(Resources).filter(([, { Type }]) => Type === 'AWS::ApiGatewayV2::Route');
    const keys = routes.map(([, { Properties }]) => [Properties.RouteKey, Properties.Target]);
    const Target = { 'Fn::Sub': 'integrations/$' + '{Integration}' };
    expect(keys).toEqual([
      ['$connect', Target],
      ['$disconnect', Target],
    ]);
    expect(Resources.Stage?.DependsOn).toEqual(expect.arrayContaining(routes.map(([id]) => id)));
  },
);

/** The context of API Gateway, as its variables render: text. */
const CONTEXT: Readonly<Record<string, string>> = {
  connectionId: 'gbgBR89uMQAYKEiZJA==',
  apiId: 'a1b2c3d4e5',
  stage: 'prod',
  domainName: 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com',
  eventType: 'CONNECT',
  connectedAt: '1790295783782',
};

const EVENT = {
  type: 'connect',
  connectionId: 'gbgBR89uMQAYKEiZJA==',
  apiId: 'a1b2c3d4e5',
  stage: 'prod',
  domain: 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com',
  connectedAt: 1790295783782,
};

/** The headers that an integration sends: context variables, and constants in single quotes. */
function headersOf(name: 'vpc-link' | 'http'): Record<string, string> {
  const mappings = readTemplate(name).Resources.Integration?.Properties.RequestParameters ?? {};
  return Object.fromEntries(
    Object.entries(mappings).map(([to, from]: [string, unknown]) => {
      const [, header = ''] = /^integration\.request\.header\.([\w-]+)$/.exec(to) ?? [];
      const text = typeof from === 'string' ? from : (from as Record<string, string>)['Fn::Sub'];
      const [, variable = '', constant] = /^(?:context\.(\w+)|'(.+)')$/.exec(text ?? '') ?? [];
      return [header, constant ?? CONTEXT[variable] ?? `${header} has no value`];
    }),
  );
}

const path = toEventPath('/websocket') ?? { type: undefined };
const token = '$' + '{IntakeToken}';

test('the intake reads the headers that the VPC link integration maps', () => {
  const headers = headersOf('vpc-link');
  expect(headers).toEqual({
    ConnectionId: CONTEXT.connectionId,
    ApiId: CONTEXT.apiId,
    Stage: CONTEXT.stage,
    EventType: CONTEXT.eventType,
    ConnectedAt: CONTEXT.connectedAt,
    DomainName: CONTEXT.domainName,
    'X-Intake-Token': token,
  });
  const received = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  expect(toHeaderEvent(path, Object.fromEntries(received))).toEqual(EVENT);
});

test('the intake reads what the mapping template renders', () => {
  const { RequestTemplates, TemplateSelectionExpression } =
    readTemplate('http').Resources.Integration?.Properties ?? {};
  const template = (RequestTemplates as Record<string, string>)[String(TemplateSelectionExpression)] ?? '';
  const body = template.replaceAll(
    /\$context\.(\w+)/g,
    (_, name: string) => CONTEXT[name] ?? 'no such variable',
  );
  expect(toBodyEvent(path, body)).toEqual(EVENT);
  expect(headersOf('http')).toEqual({ 'Content-Type': 'application/json', 'X-Intake-Token': token });
});

test('integrations send to the path of the intake that takes every event', () => {
  for (const name of ['vpc-link', 'http'] as const) {
    const { IntegrationUri } = readTemplate(name).Resources.Integration?.Properties ?? {};
    expect(Object.values(IntegrationUri ?? {})).toEqual([expect.stringMatching(/}\/websocket$/)]);
  }
});

/** What a template lets the exporter do, beside looking up the connections of a stage. */
const mayLookUp = {
  Effect: 'Allow',
  Action: 'execute-api:ManageConnections',
  Resource: { 'Fn::Sub': expect.stringMatching(/}\/GET\/@connections\/\*$/) },
};

test('the exporter may look connections up and read the access log, and nothing else', () => {
  const { PolicyDocument } = readTemplate('access-log').Resources.ExporterPolicy?.Properties ?? {};
  const group = expect.stringMatching(/:log-group:\$\{AccessLog\}(:\*)?$/);
  expect(PolicyDocument).toMatchObject({
    Statement: [
      {
        Effect: 'Allow',
        Action: 'logs:FilterLogEvents',
        Resource: [{ 'Fn::Sub': group }, { 'Fn::Sub': group }],
      },
      mayLookUp,
    ],
  });
});

test('the stage writes the rows that the command line would have it write, and they can be read', () => {
  const { AccessLogSettings } = readTemplate('access-log').Resources.Stage?.Properties ?? {};
  const { Format } = AccessLogSettings as { Format: string };
  expect(Format).toBe(FORMAT);
  expect(judgeFormat(Format)).toEqual({ isRead: true, keys: {} });
  expect(blocks('json')).toContain(`${FORMAT}\n`);
});

test('who sends may send, the exporter may read and delete, and nobody comes in the clear', () => {
  const { Queue, QueuePolicy } = readTemplate('sqs').Resources;
  expect(QueuePolicy?.Properties.PolicyDocument).toMatchObject({
    Statement: [
      { Effect: 'Allow', Principal: { AWS: { Ref: 'SenderRoleArn' } }, Action: 'sqs:SendMessage' },
      { Effect: 'Allow', Principal: { AWS: { Ref: 'ExporterRoleArn' } }, Action: [RECEIVE, DELETE, QUEUE] },
      { Effect: 'Deny', Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
    ],
  });
  expect(Queue?.Properties.RedrivePolicy).toMatchObject({
    deadLetterTargetArn: { 'Fn::GetAtt': 'Unread.Arn' },
  });
});

needs('cfn-lint')(
  'cfn-lint finds every template good, and says what is wrong with a bad one',
  async () => {
    const lint = (files: readonly string[]) =>
      new Promise<string>((resolve) => {
        execFile(programPath('cfn-lint'), ['--', ...files], (_, stdout, stderr) => resolve(stdout + stderr));
      });
    expect(await lint(templateNames.map((name) => `${docs}wiring/${name}.yaml`))).toBe('');
    const bad = join(temporaryFolder(), 'bad.yaml');
    const good = readFileSync(`${docs}wiring/access-log.yaml`, 'utf8');
    writeFileSync(bad, good.replace('LogGroupClass: STANDARD', 'LogGroupClass: CHEAP'));
    expect(await lint([bad])).toContain("'CHEAP' is not one of");
  },
  120_000,
);

test('the exporter may look connections up and read the table, and nothing else', () => {
  const { PolicyDocument } = readTemplate('dynamodb').Resources.ExporterPolicy?.Properties ?? {};
  expect(PolicyDocument).toMatchObject({
    Statement: [{ Action: 'dynamodb:Scan', Resource: { 'Fn::GetAtt': 'Connections.Arn' } }, mayLookUp],
  });
});

test('a service that moves registers itself with the load balancer, which takes a connect in any zone', () => {
  const { Conditions, Resources, Outputs } = readTemplate('vpc-link');
  expect(Conditions?.HasAddress).toEqual([[{ Ref: 'ExporterAddress' }, '']]);
  expect(Resources.TargetGroup?.Properties.Targets).toEqual([
    'HasAddress',
    [{ Id: { Ref: 'ExporterAddress' }, Port: { Ref: 'IntakePort' } }],
    { Ref: 'AWS::NoValue' },
  ]);
  expect(Outputs.TargetGroupArn?.Value).toEqual({ Ref: 'TargetGroup' });
  expect(Resources.LoadBalancer?.Properties.LoadBalancerAttributes).toContainEqual({
    Key: 'load_balancing.cross_zone.enabled',
    Value: 'true',
  });
});

test('the guide says which templates make roles or policies', () => {
  const making = (['access-log', 'sqs', 'lambda', 'dynamodb', 'vpc-link', 'http'] as const).filter((name) =>
    Object.values(readTemplate(name).Resources).some(({ Type }) => Type.startsWith('AWS::IAM::')),
  );
  expect(making).toEqual(['access-log', 'lambda', 'dynamodb']);
  expect(page).toMatch(
    /\(a\), \(c\) and \(d\) make a role\s+or a policy,[^.]*`--capabilities CAPABILITY_IAM`/,
  );
});
