import type { Permission, PolicyPlace } from '../../polling/domain.ts';
import { type EndpointConfig, readPlace, type WebsocketConfig } from './config.ts';

/** The action of GetConnection. */
export const LOOK_UP = 'execute-api:ManageConnections';
/** The action of every listing of the control plane. */
export const LIST = 'apigateway:GET';
/** The action of reading a table of ids. */
export const SCAN = 'dynamodb:Scan';

/** What the configuration needs (Service Authorization Reference: API Gateway, API Gateway Management, DynamoDB). */
export function permissions(config: WebsocketConfig, places: readonly PolicyPlace[]): readonly Permission[] {
  const needed = [...config.endpoints.flatMap((endpoint) => ofNamed(endpoint, places))];
  if (config.discover) needed.push(...places.flatMap((place) => ofDiscovered(config.discover_source, place)));
  return [LOOK_UP, SCAN, LIST].flatMap((action) => {
    const resources = needed.filter((one) => one.action === action).map(({ resource }) => resource);
    return resources.length > 0 ? [{ action, resources: [...new Set(resources)] }] : [];
  });
}

interface Need {
  readonly action: string;
  readonly resource: string;
}

function ofNamed(endpoint: EndpointConfig, places: readonly PolicyPlace[]): Need[] {
  const { target, source } = endpoint;
  const { region, apiId, stage } = readPlace(endpoint);
  const own = places.filter(({ name }) => target === null || name === target);
  const asked = region === undefined ? own : own.slice(0, 1).map((place) => ({ ...place, region }));
  return asked.flatMap((place) => [
    { action: LOOK_UP, resource: lookUpArn(place, apiId, stage) },
    ...(source.type === 'dynamodb' ? [{ action: SCAN, resource: tableArn(place, source.table) }] : []),
  ]);
}

function ofDiscovered(source: WebsocketConfig['discover_source'], place: PolicyPlace): Need[] {
  const paths = ['/apis', '/apis/*/stages', '/domainnames', '/domainnames/*/apimappings'];
  const lists = paths.map((path) => `arn:${place.partition}:apigateway:${place.region}::${path}`);
  return [
    { action: LOOK_UP, resource: lookUpArn(place) },
    ...lists.map((resource) => ({ action: LIST, resource })),
    ...(source.type === 'dynamodb'
      ? [{ action: SCAN, resource: tableArn(place, source.table.replace(/\{(api_id|stage)\}/g, '*')) }]
      : []),
  ];
}

/**
 * The resource of GetConnection. IAM compares it with `…/GET/@connections/` and the literal text `{connectionId}`: a policy that names a
 * connection, or nothing after `@connections`, is denied; one that ends with `/*` works.
 */
export function lookUpArn(
  { accountId, region, partition }: Omit<PolicyPlace, 'name'>,
  apiId = '*',
  stage = '*',
): string {
  return `arn:${partition}:execute-api:${region}:${accountId}:${apiId}/${stage}/GET/@connections/*`;
}

/** The resource of a table. */
export function tableArn({ accountId, region, partition }: Omit<PolicyPlace, 'name'>, table: string): string {
  return `arn:${partition}:dynamodb:${region}:${accountId}:table/${table}`;
}
