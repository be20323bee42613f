import type { Permission, PolicyPlace } from '../../polling/domain.ts';
import { type EndpointConfig, readPlace, type WebsocketConfig } from './config.ts';
import { regionOf } from './queue-url.ts';

/** The action of GetConnection. */
export const LOOK_UP = 'execute-api:ManageConnections';
/** The action of every listing of the control plane. */
export const LIST = 'apigateway:GET';
/** The action of reading a table of ids. */
export const SCAN = 'dynamodb:Scan';
/** The action of reading an access log. */
export const FILTER = 'logs:FilterLogEvents';
/** The actions of reading a queue: GetQueueAttributes tells what becomes of messages that are never deleted. */
export const RECEIVE = 'sqs:ReceiveMessage';
export const DELETE = 'sqs:DeleteMessage';
export const QUEUE = 'sqs:GetQueueAttributes';

/** What the configuration needs (Service Authorization Reference: API Gateway, API Gateway Management, DynamoDB, CloudWatch Logs, SQS). */
export function permissions(config: WebsocketConfig, places: readonly PolicyPlace[]): readonly Permission[] {
  const needed = [...config.endpoints.flatMap((endpoint) => ofNamed(endpoint, places))];
  if (config.discover) needed.push(...places.flatMap((place) => ofDiscovered(config.discover_source, place)));
  return [LOOK_UP, SCAN, FILTER, RECEIVE, DELETE, QUEUE, LIST].flatMap((action) => {
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
    ...ofSource(source, place),
  ]);
}

function ofDiscovered(source: WebsocketConfig['discover_source'], place: PolicyPlace): Need[] {
  const paths = ['/apis', '/apis/*/stages', '/domainnames', '/domainnames/*/apimappings'];
  const lists = paths.map((path) => `arn:${place.partition}:apigateway:${place.region}::${path}`);
  return [
    { action: LOOK_UP, resource: lookUpArn(place) },
    ...lists.map((resource) => ({ action: LIST, resource })),
    ...ofSource(source, place),
  ];
}

/** What reading a source needs; names that are known for each stage alone become `*`. */
function ofSource(
  source: EndpointConfig['source'] | WebsocketConfig['discover_source'],
  place: Omit<PolicyPlace, 'name'>,
): Need[] {
  switch (source.type) {
    case 'dynamodb':
      return [{ action: SCAN, resource: tableArn(place, source.table.replace(/\{(api_id|stage)\}/g, '*')) }];
    case 'access_log':
      return logArns(place, source.log_group ?? '*').map((resource) => ({ action: FILTER, resource }));
    case 'sqs':
      return [RECEIVE, DELETE, QUEUE].map((action) => ({
        action,
        resource: queueArn(place, source.queue_url),
      }));
    default:
      return [];
  }
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

/** The resources of a log group: both forms in which IAM asks for it. */
export function logArns(
  { accountId, region, partition }: Omit<PolicyPlace, 'name'>,
  group: string,
): readonly string[] {
  const arn = `arn:${partition}:logs:${region}:${accountId}:log-group:${group}`;
  return [arn, `${arn}:*`];
}

/** The resource of a queue, which its URL names: it can be of another account and region. */
export function queueArn(place: Omit<PolicyPlace, 'name'>, url: string): string {
  const [accountId = place.accountId, name = '*'] = new URL(url).pathname.split('/').slice(-2);
  return `arn:${place.partition}:sqs:${regionOf(url) ?? place.region}:${accountId}:${name}`;
}

/** The resource of a table. */
export function tableArn({ accountId, region, partition }: Omit<PolicyPlace, 'name'>, table: string): string {
  return `arn:${partition}:dynamodb:${region}:${accountId}:table/${table}`;
}
