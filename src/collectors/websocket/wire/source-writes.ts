import type { Aws } from '../../../aws/clients.ts';
import type { Target } from '../../../aws/targets.ts';
import { given } from '../source.ts';
import type { AccessLogSettings, Parameters } from './change.ts';

/** What wiring writes; nothing breaks a request off that may have changed something. Rejects with the SDK's error. */
export interface Writes {
  /** That there is one already is no failure: an answer to a first try can be lost. */
  createLogGroup(group: string): Promise<void>;
  keepRowsFor(group: string, days: number): Promise<void>;
  logTo(apiId: string, stage: string, settings: AccessLogSettings): Promise<void>;
  stopLogging(apiId: string, stage: string): Promise<void>;
  /** Those that are empty go. */
  setParameters(apiId: string, integrationId: string, parameters: Parameters): Promise<void>;
  /** Deploys the API to a stage; resolves to the id of the deployment. */
  deploy(apiId: string, stage: string, description: string): Promise<string>;
  pointTo(apiId: string, stage: string, deploymentId: string): Promise<void>;
}

/** The writing that asks AWS through the SDK. */
export function createWrites(aws: Pick<Aws, 'apiGateway' | 'logs'>, target: Target): Writes {
  return {
    async createLogGroup(logGroupName) {
      const { CreateLogGroupCommand } = await import('@aws-sdk/client-cloudwatch-logs');
      const client = await aws.logs(target);
      try {
        await client.send(new CreateLogGroupCommand({ logGroupName }));
      } catch (error) {
        if (!(error instanceof Error && error.name === 'ResourceAlreadyExistsException')) throw error;
      }
    },

    async keepRowsFor(logGroupName, retentionInDays) {
      const { PutRetentionPolicyCommand } = await import('@aws-sdk/client-cloudwatch-logs');
      const client = await aws.logs(target);
      await client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays }));
    },

    async logTo(ApiId, StageName, { destinationArn, format }) {
      const { UpdateStageCommand } = await import('@aws-sdk/client-apigatewayv2');
      const client = await aws.apiGateway(target);
      const AccessLogSettings = { DestinationArn: destinationArn, Format: format };
      await client.send(new UpdateStageCommand({ ApiId, StageName, AccessLogSettings }));
    },

    async stopLogging(ApiId, StageName) {
      const { DeleteAccessLogSettingsCommand } = await import('@aws-sdk/client-apigatewayv2');
      const client = await aws.apiGateway(target);
      await client.send(new DeleteAccessLogSettingsCommand({ ApiId, StageName }));
    },

    async setParameters(ApiId, IntegrationId, RequestParameters) {
      const { UpdateIntegrationCommand } = await import('@aws-sdk/client-apigatewayv2');
      const client = await aws.apiGateway(target);
      await client.send(new UpdateIntegrationCommand({ ApiId, IntegrationId, RequestParameters }));
    },

    async deploy(ApiId, StageName, Description) {
      const { CreateDeploymentCommand } = await import('@aws-sdk/client-apigatewayv2');
      const client = await aws.apiGateway(target);
      const made = await client.send(new CreateDeploymentCommand({ ApiId, StageName, Description }));
      return given('CreateDeployment', made, 'DeploymentId');
    },

    async pointTo(ApiId, StageName, DeploymentId) {
      const { UpdateStageCommand } = await import('@aws-sdk/client-apigatewayv2');
      const client = await aws.apiGateway(target);
      await client.send(new UpdateStageCommand({ ApiId, StageName, DeploymentId }));
    },
  };
}
