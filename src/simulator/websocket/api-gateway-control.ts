import { answerJson, commonRefusals, refuseJson } from '../wire/json-answers.ts';
import { createTokens } from '../wire/pages.ts';
import { type Answer, type Call, Refusal, type Service, type WireRequest } from '../wire/service.ts';
import type { Api, Route } from './api.ts';
import type { WebSocketWorld } from './world.ts';

const throttled = new Refusal(429, 'TooManyRequestsException', 'Too Many Requests');

type Item = Readonly<Record<string, unknown>>;

/** The control plane of API Gateway (version 2), as far as WebSocket APIs are found with it. */
export function createApiGatewayControl(world: WebSocketWorld): Service {
  const tokens = createTokens();

  function items(call: Call): readonly Item[] {
    const { accountId, region, params } = call;
    const apis = world.apis().filter((api) => api.accountId === accountId && api.region === region);
    const { domain } = params;
    switch (call.action) {
      case 'GetApis':
        return apis.map(toApi);
      case 'GetStages': {
        const api = apiOf(call, apis);
        return api.stages.map((stage, n) => toStage(api, stage, n));
      }
      case 'GetDeployments':
        return apiOf(call, apis).stages.map((_stage, n) => toDeployment(apiOf(call, apis), n));
      case 'GetRoutes':
        return apiOf(call, apis).routes.map(toRoute);
      case 'GetDomainNames':
        return [...new Set(mappings(apis).map((mapping) => mapping.domain))].map(toDomain);
      case 'GetApiMappings': {
        const found = mappings(apis).filter((mapping) => mapping.domain === domain);
        if (found.length === 0) throw notFound('Invalid domain name identifier specified');
        return found.map(({ api, key, stage }, n) => toMapping(api, key, stage, n));
      }
      default:
        throw new Refusal(404, 'UnknownOperationException', `There is no ${call.params.path} here`);
    }
  }

  function answer(call: Call): Answer {
    const { params, fault } = call;
    const scope = JSON.stringify([call.accountId, call.region, params.path]);
    const all = items(call);
    const limit = readLimit(params.maxResults);
    const from = params.nextToken ? tokens.read(scope, params.nextToken) : 0;
    if (from === undefined) throw new Refusal(400, 'BadRequestException', 'Invalid nextToken');
    const to = fault === 'empty-pages' ? from : from + limit;
    const next = to < all.length ? tokens.issue(scope, to) : undefined;
    const token = fault === 'repeating-token' ? params.nextToken || tokens.issue(scope, to) : next;
    const page = {
      ...(fault === 'missing-connections' ? {} : { items: all.slice(from, to) }),
      ...(token === undefined ? {} : { nextToken: token }),
    };
    return answerJson(JSON.stringify(page));
  }

  return {
    takes: (target) => target.startsWith('/v2/'),
    read,
    answer,
    refuse: refuseJson,
    refusals: {
      ...commonRefusals,
      throttled,
      denied,
      'not-found': notFound('Invalid API identifier specified'),
    },
  };
}

const paths: readonly (readonly [action: string, path: RegExp])[] = [
  ['GetApis', /^\/v2\/apis$/],
  ['GetStages', /^\/v2\/apis\/(?<apiId>[^/]+)\/stages$/],
  ['GetDeployments', /^\/v2\/apis\/(?<apiId>[^/]+)\/deployments$/],
  ['GetRoutes', /^\/v2\/apis\/(?<apiId>[^/]+)\/routes$/],
  ['GetDomainNames', /^\/v2\/domainnames$/],
  ['GetApiMappings', /^\/v2\/domainnames\/(?<domain>[^/]+)\/apimappings$/],
];

function read({ method, url }: WireRequest): Pick<Call, 'action' | 'params'> {
  const path = decodeURIComponent(url.pathname);
  const query = Object.fromEntries(url.searchParams);
  for (const [action, pattern] of method === 'GET' ? paths : []) {
    const found = pattern.exec(path);
    if (found) return { action, params: { ...query, ...found.groups, path } };
  }
  return { action: method, params: { ...query, path } };
}

function readLimit(text: string | undefined): number {
  const limit = Number(text ?? 25);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 500) return limit;
  throw new Refusal(400, 'BadRequestException', `Invalid maxResults ${text}`);
}

function mappings(apis: readonly Api[]) {
  return apis.flatMap((api) => api.domains.map((mapping) => ({ ...mapping, api })));
}

function toApi({ apiId, name, host, protocol, createdAt, isDefaultDisabled }: Api): Item {
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
    tags: {},
  };
}

function apiOf({ accountId, params: { apiId } }: Call, apis: readonly Api[]): Api {
  const api = apis.find((known) => known.apiId === apiId);
  if (!api) throw notFound(`Invalid API identifier specified ${accountId}:${apiId}`);
  return api;
}

/** The one that a stage shows. */
function toDeployment({ createdAt }: Api, n: number): Item {
  return {
    autoDeployed: false,
    createdDate: new Date(createdAt).toISOString(),
    deploymentId: `dep${n}`,
    deploymentStatus: 'DEPLOYED',
  };
}

function toRoute({ key, integrationId }: Route, n: number): Item {
  return {
    apiKeyRequired: false,
    authorizationType: 'NONE',
    routeId: `route${n}`,
    routeKey: key,
    ...(integrationId !== undefined && { target: `integrations/${integrationId}` }),
  };
}

function toStage({ createdAt, settings }: Api, stageName: string, n: number): Item {
  const date = new Date(createdAt).toISOString();
  const accessLogSettings = settings.get(stageName)?.accessLog;
  return {
    ...(accessLogSettings && { accessLogSettings }),
    createdDate: date,
    defaultRouteSettings: { dataTraceEnabled: false, detailedMetricsEnabled: false, loggingLevel: 'OFF' },
    deploymentId: `dep${n}`,
    lastUpdatedDate: date,
    routeSettings: {},
    stageName,
    stageVariables: {},
    tags: {},
  };
}

function toDomain(domainName: string): Item {
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

function toMapping({ apiId }: Api, apiMappingKey: string, stage: string, n: number): Item {
  return { apiId, apiMappingId: `map${n}`, apiMappingKey, stage };
}

function notFound(message: string): Refusal {
  return new Refusal(404, 'NotFoundException', message);
}

function denied({ arn, region, params }: Call): Refusal {
  const resource = `arn:aws:apigateway:${region}::${params.path?.replace(/^\/v2/, '')}`;
  const message = `User: ${arn} is not authorized to perform: apigateway:GET on resource: ${resource} because no identity-based policy allows the apigateway:GET action`;
  return new Refusal(403, 'AccessDeniedException', message);
}
