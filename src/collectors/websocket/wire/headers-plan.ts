import type { Change, Parameters } from './change.ts';
import { command, formatCommand } from './command.ts';
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
import type { Integration, Route, Stage } from './source-reads.ts';

interface AskedHeaders extends Asked {
  readonly deploys: boolean;
  /** Whether the intake of the configuration refuses events without a token. */
  readonly wantsToken: boolean;
  /** What tells the deployments of this run from others. */
  readonly mark: string;
}

const HEADER = 'integration.request.header.';
/** The headers by which the intake knows an event, and what each of them comes from. */
const HEADERS: Parameters = {
  [`${HEADER}ConnectionId`]: 'context.connectionId',
  [`${HEADER}ApiId`]: 'context.apiId',
  [`${HEADER}Stage`]: 'context.stage',
  [`${HEADER}EventType`]: 'context.eventType',
  [`${HEADER}ConnectedAt`]: 'context.connectedAt',
  [`${HEADER}DomainName`]: 'context.domainName',
};

/** What it takes for the integrations of `$connect` and `$disconnect` to send who comes and goes as headers; rejects with `Refused` where something speaks against it. */
export async function planHeaders(asked: AskedHeaders): Promise<Plan> {
  const { place, api, reads } = asked;
  insistOnWebSocket(api);
  const stages = await reads.stages(api.apiId);
  const deployed = asked.deploys ? toDeploy(stages, asked.stages) : [];
  const routes = await reads.routes(api.apiId);
  const connect = await find(asked, routes, '$connect');
  if ('problem' in connect) throw new Refused(connect.problem);
  const disconnect = await find(asked, routes, '$disconnect');
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

/** Why the integrations of other types are of no use. */
const USELESS: Readonly<Record<string, string>> = {
  AWS_PROXY:
    'a Lambda function, whose event has the connection id already (requestContext.connectionId): have it tell the exporter, as docs/websocket.md shows, or read the access log (wire access-log)',
  AWS: 'a service of AWS, which takes no headers of this kind: read the access log (wire access-log)',
  MOCK: 'nothing but an answer of API Gateway itself: read the access log (wire access-log)',
};

/** The integration of a route, or why it cannot be had to send headers. */
async function find(
  { api, reads }: AskedHeaders,
  routes: readonly Route[],
  key: string,
): Promise<Integration | { readonly problem: string }> {
  const route = routes.find((one) => one.key === key);
  if (!route) return { problem: `the API has no route ${key}` };
  if (route.integrationId === undefined) return { problem: `the route ${key} leads to no integration` };
  const found = await reads.integration(api.apiId, route.integrationId);
  const { integrationId, type, isManaged } = found;
  if (isManaged)
    return {
      problem: `the integration ${integrationId} of ${key} is managed by API Gateway, which lets nobody change it`,
    };
  if (type !== 'HTTP' && type !== 'HTTP_PROXY')
    return {
      problem: `the integration ${integrationId} of ${key} leads to ${USELESS[type] ?? `something of the type ${type}`}`,
    };
  const clash = Object.keys(HEADERS).find((name) => {
    const there = sameHeader(found.parameters, name);
    return there !== undefined && there[1] !== HEADERS[name];
  });
  if (clash !== undefined)
    return {
      problem: `the integration ${integrationId} of ${key} sends ${clash.slice(HEADER.length)} already, from something else than ${HEADERS[clash]}: whoever reads it there would be misled`,
    };
  return found;
}

/** Names of headers are the same in any case. */
function sameHeader(
  parameters: Parameters,
  name: string,
): readonly [name: string, value: string] | undefined {
  return Object.entries(parameters).find(([there]) => there.toLowerCase() === name.toLowerCase());
}

function missing({ parameters }: Integration): [name: string, value: string][] {
  return Object.entries(HEADERS).filter(([name]) => sameHeader(parameters, name) === undefined);
}

function toChange(integration: Integration): Change[] {
  const { integrationId, parameters: before } = integration;
  const added = missing(integration);
  if (added.length === 0) return [];
  return [{ kind: 'parameters', integrationId, before, after: { ...before, ...Object.fromEntries(added) } }];
}

function toRoutes(routes: readonly Route[], ids: readonly string[]): string {
  return routes
    .filter(({ integrationId = '' }) => ids.includes(integrationId))
    .map(({ key }) => key)
    .join(', ');
}

/** The paths that the intake takes events at. */
const INTAKE = /\/websocket(\/(connect|disconnect|message))?\/?$/;

function integrationRisks(
  { place, wantsToken }: AskedHeaders,
  routes: readonly Route[],
  one: Integration,
): string[] {
  const { integrationId, uri, parameters } = one;
  const risks: string[] = [];
  const others = routes.filter(
    (route) => route.integrationId === integrationId && !/^\$(dis)?connect$/.test(route.key),
  );
  if (others.length > 0)
    risks.push(
      `The integration ${integrationId} is also that of ${others.map(({ key }) => key).join(', ')}: the headers go with every message there.`,
    );
  const path = uri.replace(/[?#].*$/, '');
  if (!INTAKE.test(path))
    risks.push(
      `The integration ${integrationId} leads to ${path}, which is no path of the exporter's intake (/websocket): what is there has to pass the headers on.`,
    );
  else if (wantsToken && sameHeader(parameters, `${HEADER}X-Intake-Token`) === undefined)
    risks.push(
      `The intake of this configuration wants a token (intake.token_file), and the integration ${integrationId} sends none: clients would be refused. Give it one first: ${tokenCommand(place, one)}`,
    );
  return risks;
}

/** With the token in a variable: it is a secret. */
function tokenCommand(place: Asked['place'], { integrationId }: Integration): string {
  const words = [
    ...['--api-id', place.apiId, '--integration-id', integrationId],
    ...['--request-parameters', { [`${HEADER}X-Intake-Token`]: "'token'" }],
  ];
  return formatCommand(command(place, 'apigatewayv2', 'update-integration', ...words));
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
