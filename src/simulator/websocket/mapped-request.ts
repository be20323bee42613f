import { type ContextValues, contextOf } from './access-log-format.ts';
import type { ProxyEvent } from './proxy-event.ts';
import type { WebSocketWorld } from './world.ts';

/** What the integration of a route is sent over HTTP. */
export interface MappedRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What the integration of an event's route is sent, as it is deployed to those who connect now; nothing without one over HTTP. */
export function mappedRequest(world: WebSocketWorld, event: ProxyEvent): MappedRequest | undefined {
  const { apiId, stage: stageName, routeKey } = event.requestContext;
  const api = world.apis().find((known) => known.apiId === apiId);
  const route = api?.routes.find(({ key }) => key === routeKey);
  const deployed = api?.settings.get(stageName)?.deploymentAt(world.now() - world.times.spreadMs);
  const integration = api?.deployments
    .deployment(deployed ?? '')
    ?.integrations.get(route?.integrationId ?? '');
  if (!integration || !/^HTTP/.test(String(integration.integrationType))) return undefined;
  const { requestParameters = {}, integrationUri, integrationMethod } = integration;
  return {
    url: String(integrationUri),
    method: String(integrationMethod),
    headers: mapHeaders(requestParameters, contextOf(event, {})),
  };
}

const header = /^integration\.request\.header\.(.+)$/;

/** Values from the context, and those in quotes as they stand; what is not there is not sent. */
function mapHeaders(parameters: Readonly<Record<string, string>>, context: ContextValues) {
  const headers: Record<string, string> = {};
  for (const [target, source] of Object.entries(parameters)) {
    const name = header.exec(target)?.[1];
    const value = source.startsWith("'") ? source.slice(1, -1) : context[source.replace(/^context\./, '')];
    if (name !== undefined && value !== undefined) headers[name] = String(value);
  }
  return headers;
}
