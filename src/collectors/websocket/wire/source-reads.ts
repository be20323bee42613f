import { brokenAnswer, pages } from '../../../aws/answers.ts';
import type { Aws } from '../../../aws/clients.ts';
import type { Target } from '../../../aws/targets.ts';
import { given, isNotFound, listed, text } from '../source.ts';
import type { Api, Deployment, Integration, LogGroup, Route, Stage } from './api.ts';

/** What wiring looks at before and after it writes; rejects with the SDK's error, and when an answer is not what was asked for. */
export interface Reads {
  /** Undefined where the account has none of this id in the region. */
  api(apiId: string): Promise<Api | undefined>;
  stages(apiId: string): Promise<readonly Stage[]>;
  stage(apiId: string, stage: string): Promise<Stage>;
  routes(apiId: string): Promise<readonly Route[]>;
  integration(apiId: string, integrationId: string): Promise<Integration>;
  deployment(apiId: string, deploymentId: string): Promise<Deployment>;
  /** The ARN of the role by which API Gateway writes logs in this account and region; undefined where it has none. */
  loggingRole(): Promise<string | undefined>;
  logGroup(name: string): Promise<LogGroup | undefined>;
}

/** The reading that asks AWS through the SDK, until the signal breaks it off. */
export function createReads(
  aws: Pick<Aws, 'apiGateway' | 'apiGatewayV1' | 'logs'>,
  target: Target,
  abortSignal: AbortSignal,
): Reads {
  return {
    async api(apiId) {
      const { GetApiCommand } = await import('@aws-sdk/client-apigatewayv2');
      const client = await aws.apiGateway(target);
      try {
        const api = await client.send(new GetApiCommand({ ApiId: apiId }), { abortSignal });
        const endpoint = given('GetApi', api, 'ApiEndpoint');
        if (!URL.canParse(endpoint)) throw brokenAnswer('GetApi: its ApiEndpoint is no URL');
        return {
          apiId: given('GetApi', api, 'ApiId'),
          name: text(api.Name),
          protocol: text(api.ProtocolType),
          host: new URL(endpoint).host,
          isDefaultDisabled: api.DisableExecuteApiEndpoint === true,
          tags: toTexts(api.Tags),
        };
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },

    async stages(apiId) {
      const { GetStagesCommand } = await import('@aws-sdk/client-apigatewayv2');
      const client = await aws.apiGateway(target);
      const items = listed('GetStages', (paging) =>
        client.send(new GetStagesCommand({ ApiId: apiId, ...paging }), { abortSignal }),
      );
      const stages: Stage[] = [];
      for await (const item of items) stages.push(toStage('GetStages', item));
      return stages;
    },

    async stage(apiId, stage) {
      const { GetStageCommand } = await import('@aws-sdk/client-apigatewayv2');
      const client = await aws.apiGateway(target);
      const command = new GetStageCommand({ ApiId: apiId, StageName: stage });
      return toStage('GetStage', await client.send(command, { abortSignal }));
    },

    async routes(apiId) {
      const { GetRoutesCommand } = await import('@aws-sdk/client-apigatewayv2');
      const client = await aws.apiGateway(target);
      const items = listed('GetRoutes', (paging) =>
        client.send(new GetRoutesCommand({ ApiId: apiId, ...paging }), { abortSignal }),
      );
      const routes: Route[] = [];
      for await (const item of items)
        routes.push({
          key: given('GetRoutes', item, 'RouteKey'),
          integrationId: /^integrations\/(.+)$/.exec(text(item.Target))?.[1],
        });
      return routes;
    },

    async integration(apiId, integrationId) {
      const { GetIntegrationCommand } = await import('@aws-sdk/client-apigatewayv2');
      const client = await aws.apiGateway(target);
      const command = new GetIntegrationCommand({ ApiId: apiId, IntegrationId: integrationId });
      const item = await client.send(command, { abortSignal });
      return {
        integrationId: given('GetIntegration', item, 'IntegrationId'),
        type: text(item.IntegrationType),
        uri: text(item.IntegrationUri),
        isManaged: item.ApiGatewayManaged === true,
        parameters: toTexts(item.RequestParameters),
      };
    },

    async deployment(apiId, deploymentId) {
      const { GetDeploymentCommand } = await import('@aws-sdk/client-apigatewayv2');
      const client = await aws.apiGateway(target);
      const command = new GetDeploymentCommand({ ApiId: apiId, DeploymentId: deploymentId });
      const item = await client.send(command, { abortSignal });
      return {
        status: text(item.DeploymentStatus),
        message: text(item.DeploymentStatusMessage),
        description: text(item.Description),
      };
    },

    async loggingRole() {
      const { GetAccountCommand } = await import('@aws-sdk/client-api-gateway');
      const client = await aws.apiGatewayV1(target);
      const { cloudwatchRoleArn } = await client.send(new GetAccountCommand({}), { abortSignal });
      return text(cloudwatchRoleArn) || undefined;
    },

    async logGroup(name) {
      const { DescribeLogGroupsCommand } = await import('@aws-sdk/client-cloudwatch-logs');
      const client = await aws.logs(target);
      const listing = pages('DescribeLogGroups', async (nextToken) => {
        const command = new DescribeLogGroupsCommand({ logGroupNamePrefix: name, nextToken });
        const { logGroups, nextToken: next } = await client.send(command, { abortSignal });
        return { items: logGroups, next };
      });
      for await (const page of listing) {
        const group = page.find(({ logGroupName }) => logGroupName === name);
        if (group) return { name, class: text(group.logGroupClass) || 'STANDARD' };
      }
      return undefined;
    },
  };
}

/** A member can be anything, whatever the SDK's types say. */
interface StageItem {
  readonly StageName?: unknown;
  readonly AutoDeploy?: unknown;
  readonly DeploymentId?: unknown;
  readonly AccessLogSettings?: unknown;
  readonly Tags?: unknown;
}

function toStage(operation: string, item: StageItem): Stage {
  const { DestinationArn, Format } = (item.AccessLogSettings ?? {}) as {
    readonly DestinationArn?: unknown;
    readonly Format?: unknown;
  };
  const destinationArn = text(DestinationArn);
  return {
    stage: given(operation, item, 'StageName'),
    isAutoDeployed: item.AutoDeploy === true,
    deploymentId: text(item.DeploymentId),
    accessLog: destinationArn === '' ? undefined : { destinationArn, format: text(Format) },
    tags: toTexts(item.Tags),
  };
}

function toTexts(map: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(map ?? {}).map(([key, value]) => [key, text(value)]));
}
