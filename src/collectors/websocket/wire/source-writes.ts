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
  const load = async () =>
    [await import('@aws-sdk/client-apigatewayv2'), await aws.apiGateway(target)] as const;
  const loadLogs = async () =>
    [await import('@aws-sdk/client-cloudwatch-logs'), await aws.logs(target)] as const;

  return {
    async createLogGroup(logGroupName) {
      const [{ CreateLogGroupCommand }, client] = await loadLogs();
      try {
        await client.send(new CreateLogGroupCommand({ logGroupName }));
      } catch (error) {
        if (!(error instanceof Error && error.name === 'ResourceAlreadyExistsException')) throw error;
      }
    },

    async keepRowsFor(logGroupName, retentionInDays) {
      const [{ PutRetentionPolicyCommand }, client] = await loadLogs();
      await client.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays }));
    },

    async logTo(ApiId, StageName, { destinationArn, format }) {
      const [{ UpdateStageCommand }, client] = await load();
      const AccessLogSettings = { DestinationArn: destinationArn, Format: format };
      await client.send(new UpdateStageCommand({ ApiId, StageName, AccessLogSettings }));
    },

    async stopLogging(ApiId, StageName) {
      const [{ DeleteAccessLogSettingsCommand }, client] = await load();
      await client.send(new DeleteAccessLogSettingsCommand({ ApiId, StageName }));
    },

    async setParameters(ApiId, IntegrationId, RequestParameters) {
      const [{ UpdateIntegrationCommand }, client] = await load();
      await client.send(new UpdateIntegrationCommand({ ApiId, IntegrationId, RequestParameters }));
    },

    async deploy(ApiId, StageName, Description) {
      const [{ CreateDeploymentCommand }, client] = await load();
      const made = await client.send(new CreateDeploymentCommand({ ApiId, StageName, Description }));
      return given('CreateDeployment', made, 'DeploymentId');
    },

    async pointTo(ApiId, StageName, DeploymentId) {
      const [{ UpdateStageCommand }, client] = await load();
      await client.send(new UpdateStageCommand({ ApiId, StageName, DeploymentId }));
    },
  };
}
