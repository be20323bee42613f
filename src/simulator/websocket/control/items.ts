import type { Api, Route } from '../api.ts';
import type { Deployment } from '../deployments.ts';
import type { Stage } from '../stage.ts';

/** One thing as the control plane shows it. */
export type Item = Readonly<Record<string, unknown>>;

export function toApi({ apiId, name, host, protocol, createdAt, isDefaultDisabled, tags }: Api): Item {
  return {
    apiEndpoint: `${protocol === 'WEBSOCKET' ? 'wss' : 'https'}://${host}`,
    apiId,
    apiKeySelectionExpression: '$request.header.x-api-key',
    createdDate: new Date(createdAt).toISOString(),
    disableExecuteApiEndpoint: isDefaultDisabled,
    name,
    protocolType: protocol,
    routeSelectionExpression:
      protocol === 'WEBSOCKET' ? '$request.body.action' : '$request.method $request.path',
    tags,
  };
}

export function toRoute({ key, integrationId }: Route, n: number): Item {
  return {
    apiKeyRequired: false,
    authorizationType: 'NONE',
    routeId: `route${n}`,
    routeKey: key,
    ...(integrationId !== undefined && { target: `integrations/${integrationId}` }),
  };
}

export function toStage(stage: Stage): Item {
  const { accessLog, isAutoDeployed, shown, tags } = stage;
  return {
    ...(accessLog && { accessLogSettings: accessLog }),
    ...(isAutoDeployed && { autoDeploy: true }),
    createdDate: new Date(stage.createdAt).toISOString(),
    deploymentId: stage.deploymentId,
    lastUpdatedDate: new Date(stage.updatedAt).toISOString(),
    stageName: stage.name,
    ...shown,
    tags,
  };
}

export function toDeployment(
  { deploymentId, createdAt, isAuto, description }: Deployment,
  deploymentStatus: 'PENDING' | 'DEPLOYED' = 'DEPLOYED',
): Item {
  return {
    autoDeployed: isAuto,
    createdDate: new Date(createdAt).toISOString(),
    deploymentId,
    deploymentStatus,
    ...(description !== undefined && { description }),
  };
}

export function toDomain(domainName: string): Item {
  const configuration = {
    domainNameStatus: 'AVAILABLE',
    endpointType: 'REGIONAL',
    securityPolicy: 'TLS_1_2',
  };
  return {
    apiMappingSelectionExpression: '$request.basepath',
    domainName,
    domainNameConfigurations: [configuration],
  };
}

export function toMapping({ apiId }: Api, apiMappingKey: string, stage: string, n: number): Item {
  return { apiId, apiMappingId: `map${n}`, apiMappingKey, stage };
}
