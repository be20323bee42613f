import type { Integration, Route } from './api.ts';
import type { Change, Parameters } from './change.ts';
import { command, formatCommand } from './command.ts';
import type { Asked } from './plan.ts';

const HEADER = 'integration.request.header.';
/** The headers by which the intake knows an event, and what each of them comes from. */
export const HEADERS: Parameters = {
  [`${HEADER}ConnectionId`]: 'context.connectionId',
  [`${HEADER}ApiId`]: 'context.apiId',
  [`${HEADER}Stage`]: 'context.stage',
  [`${HEADER}EventType`]: 'context.eventType',
  [`${HEADER}ConnectedAt`]: 'context.connectedAt',
  [`${HEADER}DomainName`]: 'context.domainName',
};

/** Why the integrations of other types are of no use. */
const USELESS: Readonly<Record<string, string>> = {
  AWS_PROXY:
    'a Lambda function, whose event has the connection id already (requestContext.connectionId): have it tell the exporter, as docs/websocket.md shows, or read the access log (wire access-log)',
  AWS: 'a service of AWS, which takes no headers of this kind: read the access log (wire access-log)',
  MOCK: 'nothing but an answer of API Gateway itself: read the access log (wire access-log)',
};

/** The integration of a route, or why it cannot be had to send headers. */
export async function integrationOf(
  { api, reads }: Asked,
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

/** What an integration does not send of that. */
export function missing({ parameters }: Integration): [name: string, value: string][] {
  return Object.entries(HEADERS).filter(([name]) => sameHeader(parameters, name) === undefined);
}

/** What it takes for an integration to send it all. */
export function toChange(integration: Integration): Change[] {
  const { integrationId, parameters: before } = integration;
  const added = missing(integration);
  if (added.length === 0) return [];
  return [{ kind: 'parameters', integrationId, before, after: { ...before, ...Object.fromEntries(added) } }];
}

/** The routes that lead to these integrations, by their keys. */
export function toRoutes(routes: readonly Route[], ids: readonly string[]): string {
  return routes
    .filter(({ integrationId = '' }) => ids.includes(integrationId))
    .map(({ key }) => key)
    .join(', ');
}

/** The paths that the intake takes events at. */
const INTAKE = /\/websocket(\/(connect|disconnect|message))?\/?$/;

/** What is to be known of an integration that sends headers; `wantsToken` is whether the intake refuses events without a token. */
export function integrationRisks(
  { place, wantsToken }: { readonly place: Asked['place']; readonly wantsToken: boolean },
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
