import { isObject } from '../../wire/aws-json.ts';
import { answerJson } from '../../wire/json-answers.ts';
import type { Answer, Call, Json } from '../../wire/service.ts';
import { checkFormat } from '../access-log-format.ts';
import type { Api } from '../api.ts';
import type { AccessLogSettings, Stage } from '../stage.ts';
import type { WebSocketWorld } from '../world.ts';
import { type ApiAction, show } from './action.ts';
import { badRequest, notFound } from './errors.ts';
import { toStage } from './items.ts';

/** The actions on one stage. */
export function stageActions(world: WebSocketWorld): Readonly<Record<string, ApiAction>> {
  /** What is not named stays as it is; everything is judged before anything is changed. */
  function update(api: Api, call: Call): Answer {
    const stage = stageOf(api, call.params.stageName);
    const changes = call.json ?? {};
    const accessLog = readAccessLog(stage, changes, world.loggingRoles.of(api.accountId, api.region));
    const isAutoDeployed =
      typeof changes.autoDeploy === 'boolean' ? changes.autoDeploy : stage.isAutoDeployed;
    const deploymentId = readDeployment(api, changes, isAutoDeployed);
    const now = world.now();
    if (accessLog) stage.logTo(accessLog, now + world.times.settleMs);
    if (deploymentId !== undefined) stage.pointTo(deploymentId, now);
    if (isAutoDeployed && !stage.isAutoDeployed)
      stage.pointTo(api.deployments.deploy(now, true).deploymentId, now);
    stage.isAutoDeployed = isAutoDeployed;
    stage.shown = mergeShown(stage.shown, changes);
    stage.updatedAt = now;
    return show(toStage(stage));
  }

  function deleteAccessLog(api: Api, { params }: Call): Answer {
    const stage = stageOf(api, params.stageName);
    stage.logUntil(world.now() + world.times.lingerMs);
    stage.updatedAt = world.now();
    return { ...answerJson(''), status: 204 };
  }

  return {
    GetStage: (api, { params }) => show(toStage(stageOf(api, params.stageName))),
    UpdateStage: update,
    DeleteAccessLogSettings: deleteAccessLog,
  };
}

export function stageOf({ settings }: Api, name: string | undefined): Stage {
  const stage = settings.get(name ?? '');
  if (!stage) throw notFound('Invalid stage identifier specified');
  return stage;
}

/** The access log as it will be; undefined when nothing of it is to change. */
function readAccessLog(
  stage: Stage,
  { accessLogSettings }: Json,
  loggingRole: string | undefined,
): AccessLogSettings | undefined {
  if (!isObject(accessLogSettings)) return undefined;
  const { destinationArn, format }: Json = { ...stage.accessLog, ...accessLogSettings };
  if (typeof destinationArn !== 'string' || !destinationArn.startsWith('arn:'))
    throw badRequest("Invalid ARN specified in the request. ARNs must start with 'arn:'");
  const destination = destinationArn.split(':').slice(5).join(':');
  if (!/^log-group:[\w\-/.]+$/.test(destination))
    throw badRequest(
      `Access log destination must only contain characters a-z, A-Z, 0-9, '_', '-', '/', '.': '${destination}'`,
    );
  checkFormat(typeof format === 'string' ? format : '');
  if (loggingRole === undefined)
    throw badRequest('CloudWatch Logs role ARN must be set in account settings to enable logging');
  return { destinationArn, format: String(format) };
}

function readDeployment(api: Api, { deploymentId }: Json, isAutoDeployed: boolean): string | undefined {
  if (typeof deploymentId !== 'string') return undefined;
  if (isAutoDeployed)
    throw badRequest('Deployment ID cannot be set on this stage because AutoDeploy is enabled');
  if (!api.deployments.deployment(deploymentId)) throw notFound('Invalid Deployment identifier specified');
  return deploymentId;
}

/** Settings that are objects keep those of their parts that are not named. */
function mergeShown(shown: Stage['shown'], changes: Json): Stage['shown'] {
  const parts = ['defaultRouteSettings', 'routeSettings', 'stageVariables'].map((name) => {
    const [before, change] = [shown[name], changes[name]];
    return [name, { ...(isObject(before) && before), ...(isObject(change) && change) }];
  });
  const { description = shown.description } = changes;
  return { ...Object.fromEntries(parts), ...(description !== undefined && { description }) };
}
