import type { Stage } from './api.ts';
import type { Change } from './change.ts';
import { HEADERS, integrationOf, integrationRisks, missing, toChange, toRoutes } from './headers.ts';
import {
  type Asked,
  choose,
  insistOnWebSocket,
  judgeManager,
  type Plan,
  Refused,
  toEndpoint,
} from './plan.ts';
import { headerSnippets } from './snippets.ts';

interface AskedHeaders extends Asked {
  readonly deploys: boolean;
  /** Whether the intake of the configuration refuses events without a token. */
  readonly wantsToken: boolean;
  /** What tells the deployments of this run from others. */
  readonly mark: string;
}

/** What it takes for the integrations of `$connect` and `$disconnect` to send who comes and goes as headers; rejects with `Refused` where something speaks against it. */
export async function planHeaders(asked: AskedHeaders): Promise<Plan> {
  const { place, api, reads } = asked;
  insistOnWebSocket(api);
  const stages = await reads.stages(api.apiId);
  const deployed = asked.deploys ? toDeploy(stages, asked.stages) : [];
  const routes = await reads.routes(api.apiId);
  const connect = await integrationOf(asked, routes, '$connect');
  if ('problem' in connect) throw new Refused(connect.problem);
  const disconnect = await integrationOf(asked, routes, '$disconnect');
  const ends = 'problem' in disconnect ? [connect] : [connect, disconnect];
  const integrations = new Map(ends.map((one) => [one.integrationId, one]));
  const changes: Change[] = [...integrations.values()].flatMap((one) => toChange(one));
  const isPending = changes.length > 0;
  for (const { stage, deploymentId: before } of deployed)
    changes.push({ kind: 'deployment', stage, before, mark: asked.mark });

  const risks: string[] = [];
  if ('problem' in disconnect)
    risks.push(`${disconnect.problem}: connections are then only seen to end by look-ups.`);
  for (const one of integrations.values()) risks.push(...integrationRisks(asked, routes, one));
  if (changes.length > 0) {
    const added = [...integrations.values()].flatMap((one) => missing(one));
    const headers = Object.fromEntries(added.length > 0 ? added : Object.entries(HEADERS));
    const served = toRoutes(routes, [...integrations.keys()]);
    risks.push(judgeManager(asked, stages, () => [headerSnippets(served, headers)]));
    if (deployed.length > 0)
      risks.push(
        'A deployment publishes every pending change of the API, whoever made it, and AWS shows nobody what is pending.',
        'For about a minute new connections meet the old and the new deployment by turns.',
      );
  }
  return {
    place,
    api,
    changes,
    found: [
      ...[...integrations.values()]
        .filter((one) => missing(one).length === 0)
        .map(
          ({ integrationId }) => `The integration ${integrationId} sends every header that the intake reads.`,
        ),
      ...(asked.deploys && deployed.length === 0 ? ['Every stage deploys by itself.'] : []),
    ],
    force: isPending ? whenInForce(stages, deployed) : [],
    risks,
    next: stages.flatMap(({ stage }) =>
      toEndpoint(api, stage, `{type: intake, api_id: ${api.apiId}, stage: ${stage}}`),
    ),
  };
}

/** The stages to deploy: those named, or the only one that does not deploy by itself. */
function toDeploy(stages: readonly Stage[], names: readonly string[]): readonly Stage[] {
  const byHand = stages.filter(({ isAutoDeployed }) => !isAutoDeployed);
  if (names.length > 0) {
    const chosen = choose(stages, names);
    const automatic = chosen.find(({ isAutoDeployed }) => isAutoDeployed);
    if (automatic)
      throw new Refused(
        `the stage ${automatic.stage} deploys by itself (AutoDeploy): leave it out of what is to be deployed`,
      );
    return chosen;
  }
  if (byHand.length > 1)
    throw new Refused(
      `which stage is to be deployed? There are ${byHand.map(({ stage }) => stage).join(', ')}: name it with --stage`,
    );
  return byHand;
}

function whenInForce(stages: readonly Stage[], deployed: readonly Stage[]): string[] {
  const automatic = stages.filter(({ isAutoDeployed }) => isAutoDeployed);
  const left = stages.filter((stage) => !stage.isAutoDeployed && !deployed.includes(stage));
  const names = (some: readonly Stage[]) => some.map(({ stage }) => stage).join(', ');
  return [
    ...(automatic.length > 0
      ? [`At once for the stages that deploy by themselves: ${names(automatic)}.`]
      : []),
    ...(deployed.length > 0 ? [`About a minute after its deployment for ${names(deployed)}.`] : []),
    ...(left.length > 0
      ? [
          `Not before somebody deploys it for ${names(left)}: --deploy does, and publishes every other pending change of the API with it.`,
        ]
      : []),
  ];
}
