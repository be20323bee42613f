import { execFile } from 'node:child_process';
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { needs, programPath } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { readTemplate } from './cloudformation.ts';
import { blocks, docs } from './page.ts';

interface Request {
  readonly target: string;
  readonly body: Record<string, unknown>;
}

/** What any of the commands looks for in its answer. */
const ANSWER = JSON.stringify({
  id: 'vpclink1',
  integrationId: 'integration1',
  FunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:tell-intake',
  Table: { TableStatus: 'ACTIVE' },
});

async function startAws(): Promise<{ url: string; requests: Request[] }> {
  const requests: Request[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const target = String(request.headers['x-amz-target'] ?? `${request.method} ${request.url}`);
    requests.push({ target, body: JSON.parse(Buffer.concat(chunks).toString() || '{}') });
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(ANSWER);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

/** Runs commands of the page with a shell, the real `aws` against a server that says yes to everything. */
async function run(script: string): Promise<Request[]> {
  const { url, requests } = await startAws();
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'intake.token'), 'secret-of-the-intake\n');
  symlinkSync(docs, join(folder, 'docs'));
  writeFileSync(join(folder, 'aws'), `#!/bin/sh\nexec "${programPath('aws')}" --endpoint-url ${url} "$@"\n`);
  // `zip -q archive files`: the archive is an empty one, since what is in it does not matter here.
  writeFileSync(join(folder, 'empty.zip'), Buffer.from('PK\x05\x06'.padEnd(22, '\0'), 'latin1'));
  writeFileSync(join(folder, 'zip'), '#!/bin/sh\ncp empty.zip "$2"\n');
  for (const name of ['aws', 'zip']) chmodSync(join(folder, name), 0o755);
  const env = {
    PATH: `${folder}:${process.env.PATH}`,
    HOME: folder,
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
    PYENV_VERSION: process.env.PYENV_VERSION,
  };
  await new Promise<void>((resolve, reject) => {
    execFile('sh', ['-euc', script], { env, cwd: folder }, (error, _, stderr) => {
      if (error || stderr !== '') reject(new Error(`the commands failed: ${stderr}`, { cause: error }));
      else resolve();
    });
  });
  return requests;
}

const [settings = '', ...scripts] = blocks('sh');
const find = (word: string) => `${settings}${scripts.find((script) => script.includes(word))}`;
const cliTest = needs('aws');
const timeoutMs = 120_000;

const routes = [
  ['POST /v2/apis/a1b2c3d4e5/routes', { routeKey: '$connect', target: 'integrations/integration1' }],
  ['POST /v2/apis/a1b2c3d4e5/routes', { routeKey: '$disconnect', target: 'integrations/integration1' }],
  ['POST /v2/apis/a1b2c3d4e5/deployments', { stageName: 'prod' }],
].map(([target, body]) => ({ target, body }));

const requestParameters = (name: 'vpc-link' | 'http') =>
  JSON.parse(
    JSON.stringify(readTemplate(name).Resources.Integration?.Properties.RequestParameters).replace(
      /\{"Fn::Sub":("[^"]*")\}/,
      (_, text: string) => text.replace(/\$\{IntakeToken\}/, 'secret-of-the-intake'),
    ),
  );

cliTest(
  'the commands of the VPC link make the integration of the template',
  async () => {
    expect(await run(find('create-vpc-link'))).toEqual([
      {
        target: 'POST /vpclinks',
        body: { name: 'intake', targetArns: [expect.stringContaining(':loadbalancer/net/')] },
      },
      { target: 'GET /vpclinks/vpclink1', body: {} },
      {
        target: 'POST /v2/apis/a1b2c3d4e5/integrations',
        body: {
          connectionType: 'VPC_LINK',
          connectionId: 'vpclink1',
          integrationType: 'HTTP_PROXY',
          integrationMethod: 'POST',
          integrationUri: expect.stringMatching(/^http:.*:10177\/websocket$/),
          timeoutInMillis: 5000,
          requestParameters: requestParameters('vpc-link'),
        },
      },
      ...routes,
    ]);
  },
  timeoutMs,
);

cliTest(
  'the commands of the HTTP integration make the integration of the template',
  async () => {
    const requests = await run(find('--request-templates'));
    const { RequestTemplates, ...properties } = readTemplate('http').Resources.Integration?.Properties ?? {};
    const { connection = '' } = RequestTemplates as Record<string, string>;
    expect(requests).toEqual([
      {
        target: 'POST /v2/apis/a1b2c3d4e5/integrations',
        body: {
          integrationType: properties.IntegrationType,
          integrationMethod: properties.IntegrationMethod,
          integrationUri: 'https://intake.example.com/websocket',
          timeoutInMillis: properties.TimeoutInMillis,
          passthroughBehavior: properties.PassthroughBehavior,
          templateSelectionExpression: properties.TemplateSelectionExpression,
          requestTemplates: { connection: expect.any(String) },
          requestParameters: requestParameters('http'),
        },
      },
      {
        target: 'POST /v2/apis/a1b2c3d4e5/integrations/integration1/integrationresponses',
        body: { integrationResponseKey: '$default' },
      },
      ...routes,
    ]);
    const templates = requests[0]?.body.requestTemplates as Record<string, string>;
    expect(JSON.parse(templates.connection ?? '')).toEqual(JSON.parse(connection));
  },
  timeoutMs,
);

cliTest(
  'the commands of the function make and integrate it',
  async () => {
    const { Properties } = readTemplate('lambda').Resources.Function ?? {};
    expect(await run(find('create-function'))).toEqual([
      {
        target: 'POST /2015-03-31/functions',
        body: expect.objectContaining({
          Runtime: Properties?.Runtime,
          Handler: Properties?.Handler,
          Timeout: Properties?.Timeout,
          MemorySize: Properties?.MemorySize,
          Environment: {
            Variables: {
              INTAKE_URL: expect.stringMatching(/^http:.*:10177$/),
              INTAKE_TOKEN: 'secret-of-the-intake',
            },
          },
        }),
      },
      {
        target: 'POST /2015-03-31/functions/tell-intake/policy',
        body: expect.objectContaining({
          Principal: 'apigateway.amazonaws.com',
          SourceArn: 'arn:aws:execute-api:eu-west-1:111122223333:a1b2c3d4e5/*',
        }),
      },
      {
        target: 'POST /v2/apis/a1b2c3d4e5/integrations',
        body: {
          integrationType: 'AWS_PROXY',
          integrationMethod: 'POST',
          integrationUri: expect.stringMatching(/:function:tell-intake\/invocations$/),
        },
      },
      ...routes,
    ]);
  },
  timeoutMs,
);

cliTest(
  'the commands of the table make the table of the template',
  async () => {
    const table = readTemplate('dynamodb').Resources.Connections?.Properties ?? {};
    const { TimeToLiveSpecification, ...created } = table;
    const TableName = 'connections';
    expect(await run(find('create-table'))).toEqual([
      { target: 'DynamoDB_20120810.CreateTable', body: { TableName, ...created } },
      { target: 'DynamoDB_20120810.DescribeTable', body: { TableName } },
      { target: 'DynamoDB_20120810.UpdateTimeToLive', body: { TableName, TimeToLiveSpecification } },
      { target: 'DynamoDB_20120810.PutItem', body: { TableName, Item: expect.anything() } },
    ]);
  },
  timeoutMs,
);
