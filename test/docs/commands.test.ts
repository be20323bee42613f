import { expect } from 'vitest';
import { needs } from '../support/programs.ts';
import { readTemplate } from './cloudformation.ts';
import { blocks } from './page.ts';
import { type Asked, typed } from './shell.ts';

const ROUTES = 'GET /v2/apis/a1b2c3d4e5/routes';

/** Runs commands of the page against an API that has these routes. */
async function run(script: string, routes: readonly object[] = []): Promise<readonly Asked[]> {
  const { asked, failure } = await typed(script, { [ROUTES]: { items: routes } });
  expect(failure).toBe(undefined);
  // The first is what to go back to; before a route is changed it is looked for.
  return asked.filter(({ target }) => target !== ROUTES);
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
  'routes that an API has go to the new integration, the others are made, and where they went is kept',
  async () => {
    const there = { routeId: 'route1', routeKey: '$connect', target: 'integrations/old' };
    const script = `${find('create-function')}\ngrep -q integrations/old routes-before.json`;
    const asked = await run(script, [{ routeId: 'route0', routeKey: '$default' }, there]);
    expect(asked.slice(-3)).toEqual([
      { target: 'PATCH /v2/apis/a1b2c3d4e5/routes/route1', body: { target: 'integrations/integration1' } },
      ...routes.slice(1),
    ]);
  },
  timeoutMs,
);

for (const [word, refused] of [
  ['create-vpc-link', 'POST /v2/apis/a1b2c3d4e5/integrations'],
  ['--request-templates', 'POST /v2/apis/a1b2c3d4e5/integrations/integration1/integrationresponses'],
  ['create-function', ROUTES],
  ['create-function', 'POST /v2/apis/a1b2c3d4e5/routes'],
] as const)
  cliTest(
    `of the commands with ${word} nothing is deployed after ${refused} was refused`,
    async () => {
      const { asked, failure } = await typed(find(word), { [ROUTES]: { items: [] } }, refused);
      expect(failure).toContain('BadRequestException');
      expect(asked.map(({ target }) => target)).toContain(refused);
      expect(asked.map(({ target }) => target)).not.toContain('POST /v2/apis/a1b2c3d4e5/deployments');
    },
    timeoutMs,
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
