import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  CLF_FORMAT,
  CONSOLE_JSON_FORMAT,
  JSON_FORMAT,
} from '../../src/simulator/websocket/access-log-format.ts';
import type { ApiSpec } from '../../src/simulator/websocket/api.ts';
import { needs } from '../support/programs.ts';
import { startBetween } from './between.ts';
import { toSeries, total } from './exposition.ts';
import { eventually, run } from './program.ts';
import { API_ID, bodiesOf, commandsOf, openWireLab, shell, type WireLab } from './wire.ts';

const API = `--api-id=${API_ID}`;
const PROD = '--stage=prod';
const GROUP = '/ws/access';
const ARN = `arn:aws:logs:eu-west-1:111122223333:log-group:${GROUP}`;
const FORMAT =
  '{"requestId":"$context.requestId","apiId":"$context.apiId","stage":"$context.stage","eventType":"$context.eventType",' +
  '"routeKey":"$context.routeKey","status":"$context.status","connectionId":"$context.connectionId",' +
  '"connectedAt":"$context.connectedAt","requestTimeEpoch":"$context.requestTimeEpoch"}';

function stageOf({ websockets }: WireLab, name = 'prod', apiId = API_ID) {
  const stage = websockets
    .apis()
    .find((api) => api.apiId === apiId)
    ?.settings.get(name);
  if (!stage) throw new Error(`there is no stage ${name}`);
  return stage;
}

async function openApi(spec: ApiSpec = {}): Promise<WireLab> {
  const lab = await openWireLab();
  lab.websockets.addApi({ apiId: API_ID, name: 'chat', ...spec });
  return lab;
}

test('from a plan to connections that are counted, and back', async () => {
  const lab = await openApi();
  const args = ['access-log', API, PROD, `--log-group=${GROUP}`] as const;
  const planned = await lab.wire(...args);
  expect([planned.code, planned.stderr]).toEqual([0, '']);
  expect(planned.stdout).toContain('The WebSocket API chat (a1b2c3d4e5), account 111122223333, eu-west-1\n');
  expect(planned.stdout).toContain('1. Make the log group /ws/access\n');
  expect(planned.stdout).toContain(
    '2. Have the stage prod write an access log\n   from      no access log\n',
  );
  expect(planned.stdout).toContain('Nothing was changed. --apply carries this out');
  expect([lab.written(), lab.undoFiles()]).toEqual([[], []]);

  const applied = await lab.wire(...args, '--apply');
  expect([applied.code, applied.stderr]).toEqual([0, '']);
  expect(lab.written()).toEqual(['CreateLogGroup', 'PutRetentionPolicy', 'UpdateStage']);
  expect(stageOf(lab).accessLog).toEqual({ destinationArn: ARN, format: FORMAT });
  expect(lab.websockets.logs.group(ARN)?.retentionInDays).toBe(1);
  expect(applied.stdout).toContain(
    '2. Have the stage prod write an access log: done, and reads back as asked for',
  );
  const [file = ''] = lab.undoFiles();
  expect(applied.stdout).toContain(`--undo=${file}`);
  expect(statSync(join(lab.folder, file)).mode & 0o777).toBe(0o600);

  for (let n = 0; n < 3; n++) lab.websockets.connect(API_ID);
  const source = /^ {4}- url: (\S+)\n {6}source: (.*)$/m.exec(applied.stdout);
  expect(source?.[2]).toBe(`{type: access_log, log_group: ${GROUP}}`);
  lab.configure({
    clientVpn: 'enabled: false',
    websocket: `enabled: true, endpoints: [{url: "${source?.[1]}", source: ${source?.[2]}}]`,
  });
  const counted = await lab.once();
  expect(total(toSeries(counted.stdout), 'aws_websocket_connections')).toBe(3);

  const again = await lab.wire(...args, '--apply');
  expect([again.code, again.stderr]).toEqual([0, '']);
  expect(again.stdout).toContain('- The stage prod writes to /ws/access, in a format that can be read.');
  expect(again.stdout).toContain('Nothing is to be changed.');

  const undone = await lab.wire('access-log', `--undo=${file}`);
  expect([undone.code, undone.stderr]).toEqual([0, '']);
  expect(stageOf(lab).accessLog).toBe(undefined);
  expect(undone.stdout).toContain(
    'the log group stays, with the rows that are in it by then; aws logs delete-log-group',
  );
  expect(lab.written()).toEqual([
    'CreateLogGroup',
    'PutRetentionPolicy',
    'UpdateStage',
    'DeleteAccessLogSettings',
  ]);
  const twice = await lab.wire('access-log', `--undo=${file}`);
  expect([twice.code, twice.stdout.split('\n')[0]]).toEqual([
    0,
    'Have the stage prod write an access log: it is as it was before',
  ]);
  expect(lab.undoFiles()).toEqual([file]);
});

test('what is sent is what the plan shows', async () => {
  const lab = await openApi({ stages: ['dev', 'prod'] });
  const between = await startBetween(lab.simulator.url);
  lab.configure({
    aws: `max_attempts: 1, endpoint_urls: {apigateway: "${between.url}", logs: "${between.url}"}`,
  });
  const { code, stdout, stderr } = await lab.wire('access-log', API, PROD, '--stage=dev', '--apply');
  expect([code, stderr]).toEqual([0, '']);
  const sent = between.passed.filter(
    ({ method, path, body }) =>
      method === 'PATCH' || (path === '/' && !('logGroupNamePrefix' in Object(body))),
  );
  expect(sent.map(({ body }) => body)).toEqual(bodiesOf(stdout));
  expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual([
    ...['POST /', 'POST /', 'POST /', 'POST /'],
    ...['PATCH /v2/apis/a1b2c3d4e5/stages/prod', 'PATCH /v2/apis/a1b2c3d4e5/stages/dev'],
  ]);
  expect([stageOf(lab, 'dev').accessLog?.destinationArn, stageOf(lab).accessLog?.destinationArn]).toEqual([
    'arn:aws:logs:eu-west-1:111122223333:log-group:/ws/a1b2c3d4e5/dev',
    'arn:aws:logs:eu-west-1:111122223333:log-group:/ws/a1b2c3d4e5/prod',
  ]);
});

test('what is to be pasted for CloudFormation and Terraform says the same as what would be written', async () => {
  const lab = await openApi({ tags: { iac: 'pulumi' } });
  const { stdout } = await lab.wire('access-log', API, PROD);
  const [, template = ''] = /# CloudFormation\n([\s\S]*?)\n# CDK\n/.exec(stdout) ?? [];
  const { WebSocketAccessLogProd: group, Stage: stage } = parse(template, { logLevel: 'silent' });
  expect(group.Properties).toEqual({ LogGroupName: '/ws/a1b2c3d4e5/prod', RetentionInDays: 1 });
  expect(stage.Properties.AccessLogSettings.Format).toBe(FORMAT);
  const quoted = [...stdout.matchAll(/\bformat\s*[=:] (".*"),?$/gm)].map(([, text = '']) => JSON.parse(text));
  expect(quoted).toEqual([FORMAT, FORMAT]);
});

needs('aws')('the aws commands of a plan do the same, and undo it', async () => {
  const lab = await openApi();
  const { stdout } = await lab.wire('access-log', API, PROD, `--log-group=${GROUP}`);
  for (const line of commandsOf(stdout, 'by')) await shell(line, lab.simulator.url);
  expect(stageOf(lab).accessLog).toEqual({ destinationArn: ARN, format: FORMAT });
  expect(lab.websockets.logs.group(ARN)?.retentionInDays).toBe(1);
  const [undo = '', ...more] = commandsOf(stdout, 'undone by');
  expect(more).toEqual([]);
  await shell(undo, lab.simulator.url);
  expect(stageOf(lab).accessLog).toBe(undefined);
});

const logged = (format: string, destinationArn = ARN): ApiSpec => ({
  accessLogs: { prod: { destinationArn, format } },
});
const STACK = { 'aws:cloudformation:stack-name': 'chat', 'aws:cloudformation:logical-id': 'Api' };

test.each<{
  name: string;
  spec?: ApiSpec;
  args?: readonly string[];
  group?: 'STANDARD' | 'INFREQUENT_ACCESS';
  role?: 'none';
  says: string;
  prints?: readonly string[];
}>([
  {
    name: 'an account without the role that writes logs',
    role: 'none',
    says: 'API Gateway has no role to write logs with in the account 111122223333 in eu-west-1',
    prints: [
      'aws iam attach-role-policy --region eu-west-1 --role-name api-gateway-logs --policy-arn arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs\n',
      'aws apigateway update-account --region eu-west-1 --patch-operations op=replace,path=/cloudwatchRoleArn,value=arn:aws:iam::111122223333:role/api-gateway-logs\n',
    ],
  },
  {
    name: 'an API that is not there',
    args: ['--api-id=zzzzzzzzzz', PROD],
    says: 'there is no API zzzzzzzzzz in lab in eu-west-1: check the id, and the targets',
  },
  {
    name: 'an HTTP API',
    spec: { protocol: 'HTTP' },
    says: 'the API a1b2c3d4e5 (chat) is no WebSocket API but of the protocol HTTP',
  },
  {
    name: 'a stage that is not there',
    spec: { stages: ['dev', 'test'] },
    says: 'the API has no stage prod; there are dev, test',
  },
  {
    name: 'what CloudFormation manages',
    spec: { tags: STACK },
    says: 'CloudFormation manages this: the API a1b2c3d4e5 has the tag aws:cloudformation:stack-name=chat. It would take back',
    prints: [
      '# CloudFormation\n',
      '  WebSocketAccessLogProd:\n    Type: AWS::Logs::LogGroup\n',
      '      AccessLogSettings:\n',
      '# CDK\n',
      'as apigatewayv2.CfnStage',
    ],
  },
  {
    name: 'what SAM manages',
    spec: { tags: { ...STACK, 'lambda:createdBy': 'SAM' } },
    says: 'SAM manages this: the API a1b2c3d4e5 has the tag lambda:createdBy=SAM, of the stack chat',
    prints: ['# CloudFormation\n'],
  },
  {
    name: 'what CDK manages',
    spec: { stageTags: { 'aws-cdk:auto-delete-objects': 'true' } },
    says: 'CDK manages this: the stage prod has the tag aws-cdk:auto-delete-objects=true',
    prints: ['# CDK\n'],
  },
  {
    name: 'what Terraform manages',
    spec: { stageTags: { ManagedBy: 'Terraform' } },
    says: 'Terraform manages this: the stage prod has the tag ManagedBy=Terraform',
    prints: ['# Terraform\n', '  access_log_settings {\n'],
  },
  {
    name: 'what Pulumi manages',
    spec: { tags: { 'pulumi:project': 'chat' } },
    says: 'Pulumi manages this',
    prints: ['# CloudFormation\n', '# CDK\n', '# Terraform\n'],
  },
  {
    name: 'a log group that nobody can read',
    args: [API, PROD, `--log-group=${GROUP}`],
    group: 'INFREQUENT_ACCESS',
    says: 'the log group /ws/access is of the class INFREQUENT_ACCESS, whose rows AWS does not let anybody read',
  },
  {
    name: 'a format without ids, which somebody may read',
    spec: logged('{"requestId":"$context.requestId","status":"$context.status"}'),
    group: 'STANDARD',
    args: [API, PROD, '--force', '--apply'],
    says: 'in a format that lacks $context.connectionId, $context.eventType. Somebody may read it as it is, so that it is not changed from here; this format says all',
    prints: [
      'aws apigatewayv2 update-stage --region eu-west-1 --api-id a1b2c3d4e5 --stage-name prod --access-log-settings ',
      '{\\"requestId\\":\\"$context.requestId\\",\\"status\\":\\"$context.status\\",\\"apiId\\":\\"$context.apiId\\",',
    ],
  },
  {
    name: 'the same, where Terraform has it',
    spec: { ...logged('$context.requestId'), tags: { terraform: 'true' } },
    group: 'STANDARD',
    says: 'lacks $context.connectionId, $context.eventType, $context.status',
    prints: ['# Terraform\n', 'format          = "$context.requestId \\"$context.eventType '],
  },
  {
    name: 'another log group than the one that is written to',
    spec: logged(JSON_FORMAT),
    group: 'STANDARD',
    args: [API, PROD, '--log-group=/ws/mine', '--apply'],
    says: 'the stage prod already writes an access log, to /ws/access, and somebody may read it there: it is not sent to /ws/mine instead',
  },
  {
    name: 'a log that is no log group',
    spec: logged(
      JSON_FORMAT,
      'arn:aws:firehose:eu-west-1:111122223333:deliverystream/amazon-apigateway-chat',
    ),
    says: 'to arn:aws:firehose:eu-west-1:111122223333:deliverystream/amazon-apigateway-chat, which is no log group and cannot be read',
  },
  {
    name: 'a log group of another account',
    spec: logged(JSON_FORMAT, ARN.replace('111122223333', '444455556666')),
    says: 'to /ws/access of the account 444455556666 in eu-west-1',
  },
])('refused, with what to do instead, and nothing written: $name', async (one) => {
  const lab = await openApi(one.spec);
  if (one.role === 'none') lab.websockets.loggingRoles.set('111122223333', 'eu-west-1', undefined);
  if (one.group) lab.websockets.logs.addGroup({ name: GROUP, class: one.group });
  const { code, stdout, stderr } = await lab.wire('access-log', ...(one.args ?? [API, PROD]));
  expect(code).toBe(1);
  expect(stderr).toContain(`aws-connections-exporter: `);
  expect(stderr).toContain(one.says);
  for (const printed of one.prints ?? []) expect(stdout).toContain(printed);
  if (!one.prints) expect(stdout).toBe('');
  expect([lab.written(), lab.undoFiles()]).toEqual([[], []]);
});

test.each([
  ['the recommended format', FORMAT, ''],
  ["the console's JSON", CONSOLE_JSON_FORMAT, ''],
  ["the console's CLF", CLF_FORMAT, ''],
  [
    'names of its own',
    '{"id":"$context.requestId","what":"$context.eventType","code":$context.status,"cid":"$context.connectionId"}',
    ', keys: {connection_id: "cid", event_type: "what", status: "code"}',
  ],
])('a stage that logs in %s is left as it is, whoever manages it', async (_, format, more) => {
  const lab = await openApi({ ...logged(format), tags: STACK });
  lab.websockets.logs.addGroup({ name: GROUP });
  const { code, stdout } = await lab.wire('access-log', API, PROD, '--apply');
  expect(code).toBe(0);
  expect(stdout).toContain(`source: {type: access_log, log_group: ${GROUP}${more}}\n`);
  expect(stdout).toContain('Nothing is to be changed.');
  expect(lab.written()).toEqual([]);
});

test('a log group that is gone is made again, and --force wires what CloudFormation manages', async () => {
  const lab = await openApi({ ...logged(JSON_FORMAT), tags: STACK });
  const { code, stdout } = await lab.wire('access-log', API, PROD, '--apply', '--force');
  expect(code).toBe(0);
  expect(stdout).toContain(
    'CloudFormation manages this (the API a1b2c3d4e5 has the tag aws:cloudformation:stack-name=chat): it may take this back',
  );
  expect(lab.written()).toEqual(['CreateLogGroup', 'PutRetentionPolicy']);
  expect(stageOf(lab).accessLog).toEqual({ destinationArn: ARN, format: JSON_FORMAT });
});

test.each([
  ['GetApi', 'apigateway:GET'],
  ['GetAccount', 'apigateway:GET'],
  ['GetStages', 'apigateway:GET'],
  ['DescribeLogGroups', 'logs:DescribeLogGroups'],
  ['CreateLogGroup', 'logs:CreateLogGroup'],
])('what AWS denies is told by the permission, and nothing is changed: %s', async (action, permission) => {
  const lab = await openApi();
  lab.simulator.deny(action);
  const { code, stderr } = await lab.wire('access-log', API, PROD, '--apply');
  expect(code).toBe(1);
  expect(stderr).toContain(`${permission} failed (AccessDenied`);
  expect(stderr).toContain(
    `allow ${permission} to whoever wires; \`describe iam-policy --for=wire\` prints the policy`,
  );
  expect(lab.undoFiles()).toEqual([]);
  expect([stageOf(lab).accessLog, lab.websockets.logs.groups('111122223333', 'eu-west-1')]).toEqual([
    undefined,
    [],
  ]);
});

test('throttling and a change at the same moment say when to try again', async () => {
  const lab = await openApi();
  lab.websockets.logs.addGroup({ name: GROUP });
  const args = ['access-log', API, PROD, `--log-group=${GROUP}`, '--apply'] as const;
  lab.simulator.failNext(1, 'throttled', { action: 'UpdateStage' });
  expect((await lab.wire(...args)).stderr).toContain(
    'apigateway:PATCH failed (TooManyRequestsException, HTTP 429): Too Many Requests; the limit (for API Gateway 10 requests a second) is one of the whole account and region: run it again in a minute. Nothing was changed',
  );
  lab.simulator.failNext(1, 'conflict', { action: 'UpdateStage' });
  expect((await lab.wire(...args)).stderr).toContain(
    'somebody else changes the API at the same moment: run it again. Nothing was changed',
  );
  expect([lab.undoFiles(), (await lab.wire(...args)).code]).toEqual([[], 0]);
});

test('a failure in the middle leaves a file that brings back everything', async () => {
  const lab = await openApi({ stages: ['dev', 'prod'] });
  lab.websockets.logs.addGroup({ name: GROUP });
  const between = await startBetween(lab.simulator.url, async ({ method, path }) =>
    method === 'PATCH' && path.endsWith('/prod')
      ? { accessLogSettings: { destinationArn: 'none' } }
      : undefined,
  );
  lab.configure({ aws: `max_attempts: 1, endpoint_urls: {apigateway: "${between.url}"}` });
  const group = `--log-group=${GROUP}`;
  const applied = await lab.wire('access-log', API, '--stage=dev', PROD, group, '--apply');
  const [file = ''] = lab.undoFiles();
  expect(applied.code).toBe(1);
  expect(applied.stdout).toContain('1. Have the stage dev write an access log: done');
  expect(applied.stderr).toContain(
    '2. Have the stage prod write an access log: apigateway:PATCH failed (BadRequestException, HTTP 400): Invalid ARN specified',
  );
  expect(applied.stderr).toContain(
    `Of 2 changes this one did not come to the end; wire access-log --undo=${file} brings back`,
  );
  expect(stageOf(lab, 'dev').accessLog).toBeDefined();
  const undone = await lab.wire('access-log', `--undo=${file}`);
  expect([undone.code, undone.stderr]).toEqual([0, '']);
  expect(undone.stdout).toBe(
    'Have the stage prod write an access log: it is as it was before\n' +
      'Have the stage dev write an access log: undone, and reads back as it was before\n' +
      'All is as it was before.\n',
  );
  expect([stageOf(lab, 'dev').accessLog, stageOf(lab).accessLog]).toEqual([undefined, undefined]);
});

test('what AWS takes but gives back otherwise is a failure, and undone from what is there', async () => {
  const lab = await openApi();
  lab.websockets.logs.addGroup({ name: GROUP });
  const between = await startBetween(lab.simulator.url, async ({ method }) =>
    method === 'PATCH'
      ? { accessLogSettings: { destinationArn: ARN, format: '$context.requestId' } }
      : undefined,
  );
  lab.configure({ aws: `max_attempts: 1, endpoint_urls: {apigateway: "${between.url}"}` });
  const applied = await lab.wire('access-log', API, PROD, `--log-group=${GROUP}`, '--apply');
  expect(applied.code).toBe(1);
  expect(applied.stderr).toContain(
    '1. Have the stage prod write an access log: AWS took the change, but the stage prod reads back with: ' +
      `destinationArn: ${ARN}, format: $context.requestId. Of 1 changes this one did not come to the end; wire access-log --undo=undo-`,
  );
  const undone = await lab.wire('access-log', `--undo=${lab.undoFiles()[0]}`);
  expect([undone.code, stageOf(lab).accessLog]).toEqual([0, undefined]);
});

test('Ctrl-C lets the change under way come to its end, and says what was done and how it is undone', async () => {
  const lab = await openApi({ stages: ['dev', 'prod'] });
  lab.websockets.logs.addGroup({ name: GROUP });
  let goOn = () => {};
  const held = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  const between = await startBetween(lab.simulator.url, async ({ method }) => {
    if (method === 'PATCH') await held;
    return undefined;
  });
  lab.configure({ aws: `max_attempts: 1, endpoint_urls: {apigateway: "${between.url}"}` });
  const group = `--log-group=${GROUP}`;
  const running = lab.startWire('access-log', API, '--stage=dev', PROD, group, '--apply');
  await eventually(() => expect(between.passed.map(({ method }) => method)).toContain('PATCH'));
  running.kill('SIGINT');
  await eventually(() => expect(running.stderr()).toContain('stopping when the change under way is done'));
  goOn();
  const { code, stdout, stderr } = await running.ended;
  expect(code).toBe(1);
  expect(stdout).toContain('1. Have the stage dev write an access log: done');
  const [file = ''] = lab.undoFiles();
  expect(stderr).toContain(
    `2. Have the stage prod write an access log: stopped, as told. Of 2 changes this one did not come to the end; wire access-log --undo=${file} brings back`,
  );
  expect([stageOf(lab, 'dev').accessLog?.format, stageOf(lab).accessLog]).toEqual([FORMAT, undefined]);
  expect((await lab.wire('access-log', `--undo=${file}`)).code).toBe(0);
  expect(stageOf(lab, 'dev').accessLog).toBe(undefined);
});

test('SIGKILL after AWS was asked leaves a file that brings back what was', async () => {
  const lab = await openApi();
  lab.websockets.logs.addGroup({ name: GROUP });
  lab.simulator.failNext(1, { slow: 60_000 }, { action: 'UpdateStage' });
  const running = lab.startWire('access-log', API, PROD, `--log-group=${GROUP}`, '--apply');
  await eventually(() => expect(lab.written()).toContain('UpdateStage'));
  running.kill('SIGKILL');
  await running.ended;
  expect(stageOf(lab).accessLog?.format).toBe(FORMAT);
  const { code, stderr } = await lab.wire('access-log', `--undo=${lab.undoFiles()[0]}`);
  expect([code, stderr, stageOf(lab).accessLog]).toEqual([0, '', undefined]);
});

test('nothing is undone that somebody else has changed since', async () => {
  const lab = await openApi();
  expect((await lab.wire('access-log', API, PROD, '--apply')).code).toBe(0);
  const theirs = { destinationArn: ARN, format: JSON_FORMAT };
  stageOf(lab).logTo(theirs, 0);
  const before = lab.written();
  const { code, stderr } = await lab.wire('access-log', `--undo=${lab.undoFiles()[0]}`);
  expect(code).toBe(1);
  expect(stderr).toContain(
    `nothing was undone, for what is there is no longer what was left: the access log of the stage prod is now: destinationArn: ${ARN}`,
  );
  expect(stderr).toContain(
    '\naws apigatewayv2 delete-access-log-settings --region eu-west-1 --api-id a1b2c3d4e5 --stage-name prod\n',
  );
  expect([stageOf(lab).accessLog, lab.written()]).toEqual([theirs, before]);
});

test.each<[string, string, string]>([
  ['not there', '', 'nowhere.json'],
  ['no JSON', 'x', 'is no undo file: it is not JSON'],
  ['another JSON', '{}', 'is no undo file of this version: format is not aws-connections-exporter/undo/1'],
  [
    'one with an odd change',
    '{"format":"aws-connections-exporter/undo/1","wiring":"access-log","writtenAt":"","accountId":"111122223333","region":"eu-west-1","apiId":"a","changes":[{"kind":"access-log"}]}',
    'is no undo file of this version: changes[0].stage is no text',
  ],
  [
    'one of the other command',
    '{"format":"aws-connections-exporter/undo/1","wiring":"headers","writtenAt":"","accountId":"111122223333","region":"eu-west-1","apiId":"a","changes":[]}',
    'was written by wire headers: undo it with wire headers --undo=',
  ],
  [
    'one of another account',
    '{"format":"aws-connections-exporter/undo/1","wiring":"access-log","writtenAt":"","accountId":"444455556666","region":"eu-west-1","apiId":"a","changes":[]}',
    'the undo file is of the account 444455556666, which no target reaches: lab is of 111122223333',
  ],
])('an undo file that is %s is refused in words', async (_, content, says) => {
  const lab = await openApi();
  const path = join(lab.folder, content === '' ? 'nowhere.json' : 'undo.json');
  if (content !== '') writeFileSync(path, content);
  const { code, stderr } = await lab.wire('access-log', `--undo=${path}`);
  expect([code, lab.written()]).toEqual([1, []]);
  expect(stderr).toContain(says);
});

test('where the undo file cannot be written, nothing is changed', async () => {
  const lab = await openApi();
  const argv = ['wire', 'access-log', API, PROD, '--apply', `--config.file=${lab.configFile}`];
  const { code, stderr } = await run(argv, { cwd: '/proc' });
  expect([code, lab.written()]).toEqual([1, []]);
  expect(stderr).toContain('nothing was changed, for the undo file could not be written');
});

test.each([
  [['access-log'], 'wire access-log needs --api-id=ID'],
  [['access-log', API], 'wire access-log needs --stage=NAME'],
  [
    ['access-log', API, PROD, '--deploy'],
    '--deploy has no meaning for wire access-log, only for wire headers',
  ],
  [['headers', API, PROD], '--stage has a meaning for wire headers with --deploy only'],
  [
    ['headers', API, '--log-group=/a'],
    '--log-group has no meaning for wire headers, only for wire access-log, describe iam-policy',
  ],
  [['headers', '--undo=a.json', '--apply'], '--undo takes everything from its file: leave --apply out'],
  [['access-logs', API], 'unknown topic access-logs, did you mean access-log?'],
  [[], 'wire what? One of access-log, headers'],
  [
    ['access-log', '--api-id=https://a1b2c3d4e5.execute-api', PROD],
    'expected the id of an API, such as a1b2c3d4e5',
  ],
  [['access-log', API, '--stage=a/b'], 'expected the name of a stage, such as prod'],
  [['access-log', API, PROD, '--log-group=a b'], 'expected the name of a log group, such as /ws/access'],
])('a line that cannot be understood is refused with 2: %j', async (args, says) => {
  const lab = await openApi();
  const { code, stderr } = await lab.wire(...args);
  expect([code, lab.simulator.requests()]).toEqual([2, []]);
  expect(stderr).toContain(says);
});

test('an undo file holds what it needs, in words that last', async () => {
  const lab = await openApi();
  lab.websockets.logs.addGroup({ name: GROUP });
  expect((await lab.wire('access-log', API, PROD, `--log-group=${GROUP}`, '--apply')).code).toBe(0);
  const record: unknown = JSON.parse(readFileSync(join(lab.folder, lab.undoFiles()[0] ?? ''), 'utf8'));
  const settings = { destinationArn: ARN, format: FORMAT };
  expect(record).toEqual({
    format: 'aws-connections-exporter/undo/1',
    wiring: 'access-log',
    writtenAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    accountId: '111122223333',
    region: 'eu-west-1',
    apiId: API_ID,
    changes: [{ kind: 'access-log', stage: 'prod', after: settings, left: settings }],
  });
});
