import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { promtool } from '../prometheus/promtool.ts';
import { alerts } from '../prometheus/rule-files.ts';
import { needs } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { openLab } from './lab.ts';
import { run } from './program.ts';

test.each([
  ['metrics', 'docs/metrics.md'],
  ['config-schema', 'config/exporter.schema.json'],
  ['iam-policy', 'docs/iam-policy.json'],
])('describe %s prints %s; if that is stale: npm run generate', async (topic, file) => {
  const { code, stdout, stderr } = await run(['describe', topic]);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toBe(readFileSync(file, 'utf8'));
});

needs('promtool')(
  'describe rules prints what Prometheus takes, with links to where the exporter is',
  async () => {
    const { code, stdout, stderr } = await run([
      'describe',
      'rules',
      '--web.external-url=https://exporter.example.com/',
    ]);
    expect([code, stderr]).toEqual([0, '']);
    const links = [...stdout.matchAll(/runbook_url: (.*)/g)].map(([, link]) => link);
    expect(links).toHaveLength(alerts.length);
    expect(links).toEqual(alerts.map(({ name }) => `https://exporter.example.com/runbooks/${name}`));
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'rules.yml'), stdout);
    expect(await promtool(['check', 'rules', 'rules.yml'], folder)).toContain('SUCCESS');
    const [first] = alerts;
    expect((await run(['describe', 'rules'])).stdout).toContain(`runbook_url: /runbooks/${first?.name}\n`);
  },
);

test('the policy names no more than the configuration needs', async () => {
  const role = 'arn:aws:iam::444455556666:role/exporter';
  const lab = await openLab({
    targets: `{regions: [eu-west-1, us-east-1], role_arn: "${role}"}`,
    clientVpn: 'endpoints: [cvpn-endpoint-0123456789abcdef0]',
  });
  const { code, stdout } = await lab.run('describe', 'iam-policy');
  expect(code).toBe(0);
  const arn = (region: string) =>
    `arn:aws:ec2:${region}:444455556666:client-vpn-endpoint/cvpn-endpoint-0123456789abcdef0`;
  expect(JSON.parse(stdout)).toEqual({
    Version: '2012-10-17',
    Statement: [
      { Sid: 'AssumeRole', Effect: 'Allow', Action: 'sts:AssumeRole', Resource: role },
      {
        Sid: 'DescribeClientVpnEndpoints',
        Effect: 'Allow',
        Action: 'ec2:DescribeClientVpnEndpoints',
        Resource: '*',
        Condition: { StringEquals: { 'ec2:Region': ['eu-west-1', 'us-east-1'] } },
      },
      {
        Sid: 'DescribeClientVpnConnections',
        Effect: 'Allow',
        Action: 'ec2:DescribeClientVpnConnections',
        Resource: [arn('eu-west-1'), arn('us-east-1')],
      },
    ],
  });
});

test('of many accounts the hub may assume the roles and read its own, and one policy does for every member', async () => {
  const role = (account: string) => `arn:aws:iam::${account}:role/connections-exporter`;
  const accounts = ['222233334444', '333344445555'];
  const targets = [
    '{name: own, regions: [eu-west-1], account_id: "111122223333"}',
    ...accounts.map((account) => `{name: "${account}", regions: [eu-west-1], role_arn: "${role(account)}"}`),
  ];
  const lab = await openLab({ targets: targets.join(', ') });
  const statements = async (holder: string) => {
    const { code, stdout, stderr } = await lab.run('describe', 'iam-policy', `--for=${holder}`);
    expect([code, stderr]).toEqual([0, '']);
    return (JSON.parse(stdout) as { Statement: Record<string, unknown>[] }).Statement;
  };
  const list = {
    Sid: 'DescribeClientVpnEndpoints',
    Effect: 'Allow',
    Action: 'ec2:DescribeClientVpnEndpoints',
    Resource: '*',
    Condition: { StringEquals: { 'ec2:Region': ['eu-west-1'] } },
  };
  const read = (account: string) => ({
    Sid: 'DescribeClientVpnConnections',
    Effect: 'Allow',
    Action: 'ec2:DescribeClientVpnConnections',
    Resource: `arn:aws:ec2:eu-west-1:${account}:client-vpn-endpoint/*`,
  });
  expect(await statements('member')).toEqual([list, read('*')]);
  const assume = {
    Sid: 'AssumeRole',
    Effect: 'Allow',
    Action: 'sts:AssumeRole',
    Resource: accounts.map(role),
  };
  expect(await statements('hub')).toEqual([assume, list, read('111122223333')]);

  lab.configure({ targets: targets.slice(1).join(', ') });
  expect(await statements('hub')).toEqual([assume]);

  lab.configure({ targets: targets[0] ?? '' });
  expect(await lab.run('describe', 'iam-policy', '--for=member')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining('no target has a role_arn'),
  });
});

test('the policy of WebSocket endpoints names the stages to look up, the tables to read, and how stages are found', async () => {
  const execute = (id: string) => `https://${id}.execute-api.eu-west-1.amazonaws.com`;
  const endpoints = [
    `{url: "${execute('a1b2c3d4e5')}/prod", source: {type: intake}}`,
    '{url: "https://ws.example.com/chat", region: us-east-1, source: {type: dynamodb, table: connections}}',
  ];
  const lab = await openLab({
    clientVpn: 'enabled: false',
    websocket: `enabled: true, endpoints: [${endpoints.join(', ')}]`,
    intake: 'enabled: true, allow_unauthenticated: true',
  });
  const named = await lab.run('describe', 'iam-policy');
  expect(named).toMatchObject({ code: 0, stderr: '' });
  const lookUp = (region: string, stage: string) =>
    `arn:aws:execute-api:${region}:111122223333:${stage}/GET/@connections/*`;
  expect(JSON.parse(named.stdout).Statement).toEqual([
    {
      Sid: 'ManageConnections',
      Effect: 'Allow',
      Action: 'execute-api:ManageConnections',
      Resource: [lookUp('eu-west-1', 'a1b2c3d4e5/prod'), lookUp('us-east-1', '*/*')],
    },
    {
      Sid: 'Scan',
      Effect: 'Allow',
      Action: 'dynamodb:Scan',
      Resource: 'arn:aws:dynamodb:us-east-1:111122223333:table/connections',
    },
  ]);

  const table = 'discover_source: {type: dynamodb, table: "connections-{api_id}-{stage}"}';
  lab.configure({ clientVpn: 'enabled: false', websocket: `enabled: true, discover: true, ${table}` });
  const discovered = await lab.run('describe', 'iam-policy');
  expect(discovered).toMatchObject({ code: 0, stderr: '' });
  const { Statement: statements } = JSON.parse(discovered.stdout) as { Statement: Record<string, unknown>[] };
  expect(statements.map(({ Action, Resource }) => [Action, Resource])).toEqual([
    ['execute-api:ManageConnections', lookUp('eu-west-1', '*/*')],
    ['dynamodb:Scan', 'arn:aws:dynamodb:eu-west-1:111122223333:table/connections-*-*'],
    [
      'apigateway:GET',
      [
        'arn:aws:apigateway:eu-west-1::/apis',
        'arn:aws:apigateway:eu-west-1::/apis/*/stages',
        'arn:aws:apigateway:eu-west-1::/domainnames',
        'arn:aws:apigateway:eu-west-1::/domainnames/*/apimappings',
      ],
    ],
  ]);
});

test.each([
  ['eusc-de-east-1', 'aws-eusc'],
  ['us-iso-east-1', 'aws-iso'],
  ['cn-north-1', 'aws-cn'],
])('the policy for %s is of the partition %s', async (region, partition) => {
  const lab = await openLab({
    targets: `{regions: [${region}], account_id: "111122223333"}`,
    websocket: 'enabled: true, discover: true, discover_source: {type: dynamodb, table: "{api_id}-{stage}"}',
  });
  const { stdout } = await lab.run('describe', 'iam-policy');
  const arns = stdout.match(/arn:[^:"]*/g) ?? [];
  expect(arns.length).toBeGreaterThan(5);
  expect([...new Set(arns)]).toEqual([`arn:${partition}`]);
});

test('the policy of whoever wires is one of its own, no wider than what is named', async () => {
  const lab = await openLab();
  const policy = async (...flags: readonly string[]) => {
    const { code, stdout, stderr } = await lab.run('describe', 'iam-policy', ...flags);
    expect([code, stderr]).toEqual([0, '']);
    const { Statement } = JSON.parse(stdout) as {
      Statement: { Action: string; Resource: string | string[] }[];
    };
    return Object.fromEntries(Statement.map(({ Action, Resource }) => [Action, Resource]));
  };
  const api = 'arn:aws:apigateway:eu-west-1::/apis/a1b2c3d4e5';
  const group = 'arn:aws:logs:eu-west-1:111122223333:log-group:/ws/access';
  const flags = ['--api-id=a1b2c3d4e5', '--stage=prod', '--log-group=/ws/access'];
  expect(await policy('--for=wire', ...flags)).toEqual({
    'apigateway:GET': [
      'arn:aws:apigateway:eu-west-1::/account',
      api,
      `${api}/stages`,
      `${api}/stages/prod`,
      `${api}/routes`,
      `${api}/integrations/*`,
      `${api}/deployments/*`,
    ],
    'apigateway:PATCH': [`${api}/stages/prod`, `${api}/integrations/*`],
    'apigateway:POST': `${api}/deployments`,
    'apigateway:DELETE': `${api}/stages/prod/accesslogsettings`,
    'logs:DescribeLogGroups': 'arn:aws:logs:eu-west-1:111122223333:log-group:*',
    'logs:CreateLogGroup': [group, `${group}:*`],
    'logs:PutRetentionPolicy': [group, `${group}:*`],
  });
  expect((await policy('--for=wire'))['apigateway:PATCH']).toEqual([
    'arn:aws:apigateway:eu-west-1::/apis/*/stages/*',
    'arn:aws:apigateway:eu-west-1::/apis/*/integrations/*',
  ]);
  const websocket = { websocket: 'enabled: true, discover: true, discover_source: {type: access_log}' };
  lab.configure(websocket);
  const writes = Object.keys(await policy()).filter((action) =>
    /:(PATCH|POST|PUT|DELETE|Create|Put)/.test(action),
  );
  expect(writes).toEqual([]);
  const misused = await lab.run('describe', 'iam-policy', '--api-id=a1b2c3d4e5');
  expect([misused.code, misused.stderr]).toEqual([
    2,
    'aws-connections-exporter: --api-id has a meaning with --for=wire only\n',
  ]);
});
