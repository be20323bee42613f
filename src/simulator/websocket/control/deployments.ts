import { isObject } from '../../wire/aws-json.ts';
import type { Answer, Call, Json } from '../../wire/service.ts';
import type { Api } from '../api.ts';
import type { Integration } from '../integration.ts';
import type { WebSocketWorld } from '../world.ts';
import { type ApiAction, show } from './action.ts';
import { badRequest, notFound } from './errors.ts';
import { toDeployment } from './items.ts';
import { stageOf } from './stages.ts';

/** The actions on integrations, and those that put in force what was changed of them. */
export function deploymentActions(world: WebSocketWorld): Readonly<Record<string, ApiAction>> {
  /** An edit is pending until somebody deploys; stages that deploy by themselves have it at once. */
  function updateIntegration(api: Api, { params, json = {} }: Call): Answer {
    const edited = merge(api, integrationOf(api, params.integrationId), json);
    api.deployments.edit(edited);
    const automatic = [...api.settings.values()].filter((stage) => stage.isAutoDeployed);
    if (automatic.length > 0) {
      const { deploymentId } = api.deployments.deploy(world.now(), true);
      for (const stage of automatic) stage.pointTo(deploymentId, world.now());
    }
    return show(edited);
  }

  function deploy(api: Api, { json = {} }: Call): Answer {
    const { stageName, description } = json;
    const stage = typeof stageName === 'string' ? stageOf(api, stageName) : undefined;
    if (stage?.isAutoDeployed)
      throw badRequest('Deployment ID cannot be set on this stage because AutoDeploy is enabled');
    if (api.routes.length === 0) throw badRequest('At least one route is required before deploying the Api.');
    const words = typeof description === 'string' ? description : undefined;
    const deployment = api.deployments.deploy(world.now(), false, words);
    stage?.pointTo(deployment.deploymentId, world.now());
    return show(toDeployment(deployment, 'PENDING'), 201);
  }

  function getDeployment(api: Api, { params }: Call): Answer {
    const deployment = api.deployments.deployment(params.deploymentId ?? '');
    if (!deployment) throw notFound('Invalid Deployment identifier specified');
    const isDone = world.now() >= deployment.createdAt + world.times.deployMs;
    return show(toDeployment(deployment, isDone ? 'DEPLOYED' : 'PENDING'));
  }

  return {
    GetIntegration: (api, { params }) => show(integrationOf(api, params.integrationId)),
    UpdateIntegration: updateIntegration,
    CreateDeployment: deploy,
    GetDeployment: getDeployment,
  };
}

function integrationOf({ deployments }: Api, id: string | undefined): Integration {
  const integration = deployments.integration(id ?? '');
  if (!integration) throw notFound('Invalid Integration identifier specified');
  return integration;
}

/** What is not named stays as it is, also within the parameters: one of them goes by being sent empty. */
function merge({ protocol }: Api, before: Integration, { integrationId: _, ...changes }: Json): Integration {
  const { requestParameters, ...others } = changes;
  if (!isObject(requestParameters)) return { ...before, ...others };
  const all = Object.entries({ ...before.requestParameters, ...requestParameters });
  if (protocol === 'HTTP' && all.some(([, value]) => value === ''))
    throw badRequest('Mapping expression missing source or destination');
  const kept = all.flatMap(([name, value]) =>
    typeof value === 'string' && value !== '' ? [[name, value] as const] : [],
  );
  const { requestParameters: _before, ...rest } = before;
  return {
    ...rest,
    integrationId: before.integrationId,
    ...others,
    ...(kept.length > 0 && { requestParameters: Object.fromEntries(kept) }),
  };
}
