import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { ApiSpec } from '../../src/simulator/websocket/api.ts';
import { mappedRequest } from '../../src/simulator/websocket/mapped-request.ts';
import { needs } from '../support/programs.ts';
import { startBetween } from './between.ts';
import { total } from './exposition.ts';
import { eventually } from './program.ts';
import { API_ID, bodiesOf, commandsOf, openWireLab, shell, type WireLab } from './wire.ts';

const API = `--api-id=${API_ID}`;
const header = (name: string) => `integration.request.header.${name}`;
const HEADERS = {
  [header('ConnectionId')]: 'context.connectionId',
  [header('ApiId')]: 'context.apiId',
  [header('Stage')]: 'context.stage',
  [header('EventType')]: 'context.eventType',
  [header('ConnectedAt')]: 'context.connectedAt',
  [header('DomainName')]: 'context.domainName',
};
const TOKEN = { [header('X-Intake-Token')]: "'s3cret-of-the-intake'" };
const URI = 'http://nlb.example.com:10177/websocket';
const ROUTES = [
  { key: '$connect', integrationId: 'abc1234' },
  { key: '$disconnect', integrationId: 'abc1234' },
];

function apiOf({ websockets }: WireLab) {
  const api = websockets.apis().find(({ apiId }) => apiId === API_ID);
  if (!api) throw new Error('there is no API');
  return api;
}

function parametersOf(lab: WireLab, integrationId = 'abc1234') {
  return apiOf(lab).deployments.integration(integrationId)?.requestParameters;
}

function deploymentOf(lab: WireLab, stage = 'prod') {
  return apiOf(lab).settings.get(stage)?.deploymentId;
}

async function openApi(spec: ApiSpec = {}): Promise<WireLab> {
  const lab = await openWireLab();
  addApi(lab, spec);
  return lab;
}

function addApi({ websockets }: WireLab, spec: ApiSpec): void {
  const integrations = [
    { integrationId: 'abc1234', uri: URI, vpcLinkId: 'vl1234', requestParameters: TOKEN },
  ];
  websockets.addApi({ apiId: API_ID, name: 'chat', routes: ROUTES, integrations, ...spec });
}

test('from a plan to events that arrive, and back', async () => {
  const lab = await openWireLab();
  writeFileSync(join(lab.folder, 'intake.token'), 's3cret-of-the-intake\n');
  const url = `https://${API_ID}.execute-api.eu-west-1.amazonaws.com/prod`;
  lab.configure({
    clientVpn: 'enabled: false',
    websocket: `enabled: true, endpoints: [{url: "${url}", source: {type: intake, api_id: ${API_ID}, stage: prod}}]`,
    intake: 'enabled: true, token_file: intake.token, listen_address: "127.0.0.1:0"',
  });
  const daemon = await lab.serve();
  const uri = `${daemon.intakeUrl}/websocket`;
  addApi(lab, {
    integrations: [{ integrationId: 'abc1234', uri, vpcLinkId: 'vl1234', requestParameters: TOKEN }],
  });
  const answers: number[] = [];
  lab.websockets.listen(async (event) => {
    const request = mappedRequest(lab.websockets, event);
    if (request) answers.push((await fetch(request.url, request)).status);
  });
  const opened = async () => total(await daemon.scrape(), 'aws_websocket_connections_opened_total');

  const planned = await lab.wire('headers', API);
  expect([planned.code, planned.stderr]).toEqual([0, '']);
  expect(planned.stdout).toContain('1. Have the integration abc1234 send 6 headers more\n');
  expect(planned.stdout).toContain(
    '- Not before somebody deploys it for prod: --deploy does, and publishes every other pending change of the API with it.',
  );
  expect([lab.written(), lab.undoFiles()]).toEqual([[], []]);
  lab.websockets.connect(API_ID);
  await eventually(() => expect(answers).toEqual([400]));

  const applied = await lab.wire('headers', API, '--apply', '--deploy');
  expect([applied.code, applied.stderr]).toEqual([0, '']);
  expect(lab.written()).toEqual(['UpdateIntegration', 'CreateDeployment']);
  expect(parametersOf(lab)).toEqual({ ...TOKEN, ...HEADERS });
  expect(applied.stdout).toContain('A deployment publishes every pending change of the API, whoever made it');
  expect(applied.stdout).toContain('2. Deploy the API to the stage prod: done, and reads back as asked for');
  for (const id of [1, 2, 3].map(() => lab.websockets.connect(API_ID)).slice(1))
    lab.websockets.disconnect(id);
  await eventually(() => expect(answers.slice(1)).toEqual([200, 200, 200, 200, 200]));
  await eventually(async () => expect(await opened()).toBe(3));

  const [file = ''] = lab.undoFiles();
  expect(statSync(join(lab.folder, file)).mode & 0o777).toBe(0o600);
  const undone = await lab.wire('headers', `--undo=${file}`);
  expect([undone.code, undone.stderr]).toEqual([0, '']);
  expect([parametersOf(lab), deploymentOf(lab)]).toEqual([TOKEN, 'dep0']);
  lab.websockets.connect(API_ID);
  await eventually(() => expect(answers.at(-1)).toBe(400));
  for (const { stdout, stderr } of [planned, applied, undone])
    expect(stdout + stderr).not.toContain('s3cret-of-the-intake');
});

test('what is sent is what the plan shows, but for constants, which are sent as they are', async () => {
  const lab = await openApi({ stages: ['dev', 'prod'] });
  const between = await startBetween(lab.simulator.url);
  lab.configure({ aws: `max_attempts: 1, endpoint_urls: {apigateway: "${between.url}"}` });
  const { code, stdout } = await lab.wire('headers', API, '--apply', '--deploy', '--stage=dev');
  expect(code).toBe(0);
  const sent = between.passed.filter(({ method }) => method !== 'GET');
  expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'PATCH /v2/apis/a1b2c3d4e5/integrations/abc1234',
    'POST /v2/apis/a1b2c3d4e5/deployments',
  ]);
  expect(sent[0]?.body).toEqual({ requestParameters: { ...TOKEN, ...HEADERS } });
  const hidden = { requestParameters: { ...HEADERS, [header('X-Intake-Token')]: "'…'" } };
  expect(bodiesOf(stdout)).toEqual([hidden, sent[1]?.body]);
});

needs('aws')(
  'the aws commands of a plan do the same, and undo it; they fail without the constant that is not shown',
  async () => {
    const lab = await openApi();
    const { stdout } = await lab.wire('headers', API, '--deploy');
    const [update = '', deploy = ''] = commandsOf(stdout, 'by');
    await expect(shell(update, lab.simulator.url)).rejects.toThrow(
      'the constant that the parameter X-Intake-Token has now',
    );
    const constant = { VALUE_OF_X_INTAKE_TOKEN: 's3cret-of-the-intake' };
    await shell(update, lab.simulator.url, constant);
    await shell(deploy, lab.simulator.url);
    expect([parametersOf(lab), deploymentOf(lab)]).toEqual([{ ...TOKEN, ...HEADERS }, 'dep1']);
    for (const line of commandsOf(stdout, 'undone by')) await shell(line, lab.simulator.url, constant);
    expect([parametersOf(lab), deploymentOf(lab)]).toEqual([TOKEN, 'dep0']);
  },
);

test('a stage that deploys by itself has it at once, and back at once', async () => {
  const lab = await openApi({ stages: ['dev', 'prod'], autoDeployed: ['dev'] });
  const applied = await lab.wire('headers', API, '--apply');
  expect(applied.stdout).toContain(
    '- At once for the stages that deploy by themselves: dev.\n- Not before somebody deploys it for prod:',
  );
  expect([deploymentOf(lab, 'dev'), deploymentOf(lab)]).toEqual(['dep2', 'dep1']);
  expect((await lab.wire('headers', `--undo=${lab.undoFiles()[0]}`)).code).toBe(0);
  expect([parametersOf(lab), deploymentOf(lab, 'dev')]).toEqual([TOKEN, 'dep3']);
});

test('what is there already is left, and can be deployed later', async () => {
  const lab = await openApi();
  expect((await lab.wire('headers', API, '--apply')).code).toBe(0);
  const again = await lab.wire('headers', API);
  expect(again.stdout).toContain('- The integration abc1234 sends every header that the intake reads.');
  expect(again.stdout).toContain('Nothing is to be changed.');
  const deployed = await lab.wire('headers', API, '--apply', '--deploy');
  expect([deployed.code, lab.written()]).toEqual([0, ['UpdateIntegration', 'CreateDeployment']]);
});

test('each of two integrations gets what it lacks, in whatever case it has the rest', async () => {
  const mapped = { [header('connectionid')]: 'context.connectionId' };
  const lab = await openApi({
    routes: [
      { key: '$connect', integrationId: 'abc1234' },
      { key: '$disconnect', integrationId: 'def5678' },
      { key: 'ping', integrationId: 'def5678' },
    ],
    integrations: [
      {
        integrationId: 'abc1234',
        type: 'HTTP',
        uri: 'http://app.example.com/?token=abc',
        requestParameters: mapped,
      },
      { integrationId: 'def5678', uri: URI },
    ],
  });
  writeFileSync(join(lab.folder, 'intake.token'), 'secret\n');
  lab.configure({ intake: 'token_file: intake.token' });
  const { code, stdout } = await lab.wire('headers', API, '--apply');
  expect(code).toBe(0);
  const { [header('ConnectionId')]: _, ...others } = HEADERS;
  expect(parametersOf(lab)).toEqual({ ...mapped, ...others });
  expect(parametersOf(lab, 'def5678')).toEqual(HEADERS);
  expect(stdout).toContain(
    "- The integration abc1234 leads to http://app.example.com/, which is no path of the exporter's intake",
  );
  expect(stdout).toContain(
    '- The integration def5678 is also that of ping: the headers go with every message there.',
  );
  expect(stdout).toContain(
    'wants a token (intake.token_file), and the integration def5678 sends none: clients would be refused.',
  );
  expect((await lab.wire('headers', `--undo=${lab.undoFiles()[0]}`)).code).toBe(0);
  expect([parametersOf(lab), parametersOf(lab, 'def5678')]).toEqual([mapped, undefined]);
});

test('without a $disconnect that can tell, the plan says what is lost', async () => {
  const lab = await openApi({ routes: [{ key: '$connect', integrationId: 'abc1234' }] });
  const { code, stdout } = await lab.wire('headers', API);
  expect(code).toBe(0);
  expect(stdout).toContain(
    '- the API has no route $disconnect: connections are then only seen to end by look-ups.',
  );
});

const integration = (more: object): ApiSpec => ({
  integrations: [{ integrationId: 'abc1234', uri: URI, ...more }],
});

test.each<{
  name: string;
  spec: ApiSpec;
  args?: readonly string[];
  says: string;
  prints?: readonly string[];
}>([
  { name: 'an HTTP API', spec: { protocol: 'HTTP' }, says: 'is no WebSocket API but of the protocol HTTP' },
  { name: 'no $connect', spec: { routes: [] }, says: 'the API has no route $connect' },
  {
    name: 'a $connect to nowhere',
    spec: { routes: [{ key: '$connect' }] },
    says: 'the route $connect leads to no integration',
  },
  {
    name: 'a Lambda function',
    spec: integration({ type: 'AWS_PROXY' }),
    says: 'the integration abc1234 of $connect leads to a Lambda function, whose event has the connection id already',
  },
  {
    name: 'a service of AWS',
    spec: integration({ type: 'AWS' }),
    says: 'leads to a service of AWS, which takes no headers',
  },
  {
    name: 'a mock',
    spec: integration({ type: 'MOCK' }),
    says: 'leads to nothing but an answer of API Gateway itself',
  },
  {
    name: 'what API Gateway manages',
    spec: integration({ isManaged: true }),
    says: 'is managed by API Gateway',
  },
  {
    name: 'a header that says something else',
    spec: integration({ requestParameters: { [header('connectionID')]: 'context.requestId' } }),
    says: 'the integration abc1234 of $connect sends ConnectionId already, from something else than context.connectionId',
  },
  {
    name: 'what CloudFormation manages',
    spec: { tags: { 'aws:cloudformation:stack-name': 'chat' } },
    says: 'CloudFormation manages this',
    prints: [
      '# CloudFormation\n',
      `        ${header('ConnectionId')}: context.connectionId\n`,
      '# CDK\n',
      '  ...integration.requestParameters,\n',
    ],
  },
  {
    name: 'what Terraform manages',
    spec: { stageTags: { 'managed-by': 'terraform' } },
    says: 'Terraform manages this',
    prints: ['# Terraform\n', `    "${header('ConnectionId')}" = "context.connectionId"\n`],
  },
  {
    name: 'several stages to deploy',
    spec: { stages: ['dev', 'prod'] },
    args: ['--deploy'],
    says: 'which stage is to be deployed? There are dev, prod: name it with --stage',
  },
  {
    name: 'a stage that deploys by itself',
    spec: { stages: ['dev'], autoDeployed: ['dev'] },
    args: ['--deploy', '--stage=dev'],
    says: 'the stage dev deploys by itself (AutoDeploy): leave it out',
  },
  {
    name: 'a stage that is not there',
    spec: {},
    args: ['--deploy', '--stage=dev'],
    says: 'the API has no stage dev; there are prod',
  },
])(
  'refused, with what to do instead, and nothing written: $name',
  async ({ spec, args = [], says, prints = [] }) => {
    const lab = await openApi(spec);
    const { code, stdout, stderr } = await lab.wire('headers', API, '--apply', ...args);
    expect(code).toBe(1);
    expect(stderr).toContain(says);
    for (const printed of prints) expect(stdout).toContain(printed);
    expect([lab.written(), lab.undoFiles()]).toEqual([[], []]);
  },
);

test('--force wires what CloudFormation manages', async () => {
  const lab = await openApi({ tags: { 'aws:cloudformation:stack-name': 'chat' } });
  const { code, stdout } = await lab.wire('headers', API, '--apply', '--force');
  expect(code).toBe(0);
  expect(stdout).toContain('CloudFormation manages this (the API a1b2c3d4e5 has the tag');
});

test.each([
  ['GetRoutes', 'apigateway:GET'],
  ['GetIntegration', 'apigateway:GET'],
  ['UpdateIntegration', 'apigateway:PATCH'],
])('what AWS denies is told by the permission, and nothing is changed: %s', async (action, permission) => {
  const lab = await openApi();
  lab.simulator.deny(action);
  const { code, stderr } = await lab.wire('headers', API, '--apply');
  expect(code).toBe(1);
  expect(stderr).toContain(`${permission} failed (AccessDenied`);
  expect(stderr).toContain(`allow ${permission} to whoever wires`);
  expect([parametersOf(lab), lab.undoFiles()]).toEqual([TOKEN, []]);
});

test('a deployment that AWS denies leaves a file that brings back the headers', async () => {
  const lab = await openApi();
  lab.simulator.deny('CreateDeployment');
  const applied = await lab.wire('headers', API, '--apply', '--deploy');
  expect(applied.code).toBe(1);
  expect(applied.stderr).toContain(
    '2. Deploy the API to the stage prod: apigateway:POST failed (AccessDenied',
  );
  expect(parametersOf(lab)).toEqual({ ...TOKEN, ...HEADERS });
  const undone = await lab.wire('headers', `--undo=${lab.undoFiles()[0]}`);
  expect([undone.code, undone.stderr, parametersOf(lab), deploymentOf(lab)]).toEqual([0, '', TOKEN, 'dep0']);
});

test('a deployment whose answer is lost is known by its description, and undone', async () => {
  const lab = await openApi();
  lab.simulator.failNext(1, 'reset-mid-body', { action: 'CreateDeployment' });
  const applied = await lab.wire('headers', API, '--apply', '--deploy');
  expect([applied.code, deploymentOf(lab)]).toEqual([1, 'dep1']);
  const undone = await lab.wire('headers', `--undo=${lab.undoFiles()[0]}`);
  expect([undone.code, undone.stderr, parametersOf(lab), deploymentOf(lab)]).toEqual([0, '', TOKEN, 'dep0']);
});

test('what AWS takes but gives back otherwise is a failure, nothing more is done, and it is undone from what is there', async () => {
  const lab = await openApi();
  const between = await startBetween(lab.simulator.url, async ({ path, body }) => {
    if (!path.includes('/integrations/') || body === undefined) return undefined;
    const { requestParameters } = body as { requestParameters: Record<string, string> };
    if (requestParameters[header('ApiId')] === '') return undefined;
    return { requestParameters: { ...requestParameters, [header('ApiId')]: 'context.stage' } };
  });
  lab.configure({ aws: `max_attempts: 1, endpoint_urls: {apigateway: "${between.url}"}` });
  const applied = await lab.wire('headers', API, '--apply', '--deploy');
  expect(applied.code).toBe(1);
  expect(applied.stderr).toContain(
    '1. Have the integration abc1234 send 6 headers more: AWS took the change, but the integration abc1234 reads back with:',
  );
  expect(applied.stderr).toContain('Of 2 changes the last 2 did not come to the end');
  expect(applied.stdout + applied.stderr).not.toContain('s3cret');
  expect(deploymentOf(lab)).toBe('dep0');
  expect((await lab.wire('headers', `--undo=${lab.undoFiles()[0]}`)).code).toBe(0);
  expect(parametersOf(lab)).toEqual(TOKEN);
});

test('nothing is undone where somebody deployed since, or changed the integration', async () => {
  const lab = await openApi();
  expect((await lab.wire('headers', API, '--apply', '--deploy')).code).toBe(0);
  const theirs = apiOf(lab).deployments.deploy(Date.now());
  apiOf(lab).settings.get('prod')?.pointTo(theirs.deploymentId, Date.now());
  const undo = `--undo=${lab.undoFiles()[0]}`;
  const deployed = await lab.wire('headers', undo);
  expect(deployed.code).toBe(1);
  expect(deployed.stderr).toContain(
    'nothing was undone, for what is there is no longer what was left: the stage prod was deployed since: it is at deployment dep2. To bring back',
  );
  expect([parametersOf(lab), deploymentOf(lab)]).toEqual([{ ...TOKEN, ...HEADERS }, 'dep2']);

  const current = apiOf(lab).deployments.integration('abc1234');
  if (current)
    apiOf(lab).deployments.edit({ ...current, requestParameters: { ...TOKEN, mine: "'other-s3cret'" } });
  const changed = await lab.wire('headers', undo);
  expect(changed.stderr).toContain('the integration abc1234 now has the parameters:');
  expect(changed.stderr).not.toContain('s3cret');
});

test('a deployment that fails is told, in the words of AWS, and undone', async () => {
  const lab = await openApi();
  const failed = { deploymentStatus: 'FAILED', deploymentStatusMessage: 'Too many routes' };
  const between = await startBetween(lab.simulator.url, undefined, ({ path }) =>
    path.includes('/deployments/') ? failed : undefined,
  );
  lab.configure({ aws: `max_attempts: 1, endpoint_urls: {apigateway: "${between.url}"}` });
  const { code, stderr } = await lab.wire('headers', API, '--apply', '--deploy');
  expect(code).toBe(1);
  expect(stderr).toContain(
    '2. Deploy the API to the stage prod: AWS took the change, but the deployment dep1 is FAILED: Too many routes. Of 2 changes this one',
  );
  expect((await lab.wire('headers', `--undo=${lab.undoFiles()[0]}`)).code).toBe(0);
  expect([parametersOf(lab), deploymentOf(lab)]).toEqual([TOKEN, 'dep0']);
});

test('a deployment that takes its time is waited for', async () => {
  const lab = await openApi();
  let looks = 0;
  const between = await startBetween(lab.simulator.url, undefined, ({ path }) => {
    if (!path.includes('/deployments/')) return undefined;
    looks += 1;
    return looks < 3 ? { deploymentStatus: 'PENDING' } : undefined;
  });
  lab.configure({ aws: `max_attempts: 1, endpoint_urls: {apigateway: "${between.url}"}` });
  const { code, stderr } = await lab.wire('headers', API, '--apply', '--deploy');
  expect([code, stderr, looks]).toEqual([0, '', 3]);
});
