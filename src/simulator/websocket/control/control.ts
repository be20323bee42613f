import { refuseJson } from '../../wire/json-answers.ts';
import { createTokens } from '../../wire/pages.ts';
import { type Answer, type Call, Refusal, type Service } from '../../wire/service.ts';
import type { Api } from '../api.ts';
import type { WebSocketWorld } from '../world.ts';
import { type ApiAction, show } from './action.ts';
import { deploymentActions } from './deployments.ts';
import { badRequest, controlRefusals, notFound } from './errors.ts';
import { type Item, toApi, toDeployment, toDomain, toMapping, toRoute, toStage } from './items.ts';
import { readControl } from './paths.ts';
import { stageActions } from './stages.ts';

type Listing = (api: Api) => readonly Item[];

/** The control plane of API Gateway (version 2), as far as WebSocket APIs are found and wired with it, and version 1's account. */
export function createApiGatewayControl(world: WebSocketWorld): Service {
  const tokens = createTokens();
  const listings: Readonly<Record<string, Listing>> = {
    GetStages: ({ settings }) => [...settings.values()].map(toStage),
    GetDeployments: ({ deployments }) => deployments.all().map((one) => toDeployment(one)),
    GetRoutes: ({ routes }) => routes.map(toRoute),
    GetIntegrations: ({ deployments }) => deployments.integrations(),
  };
  const actions: Readonly<Record<string, ApiAction>> = {
    GetApi: (api) => show(toApi(api)),
    ...stageActions(world),
    ...deploymentActions(world),
  };

  function apisOf({ accountId, region }: Call): readonly Api[] {
    return world.apis().filter((api) => api.accountId === accountId && api.region === region);
  }

  function apiOf(call: Call): Api {
    const { apiId } = call.params;
    const api = apisOf(call).find((known) => known.apiId === apiId);
    if (!api) throw notFound(`Invalid API identifier specified ${call.accountId}:${apiId}`);
    return api;
  }

  function items(call: Call): readonly Item[] {
    const listing = listings[call.action];
    if (listing) return listing(apiOf(call));
    const apis = apisOf(call);
    if (call.action === 'GetApis') return apis.map(toApi);
    const mappings = apis.flatMap((api) => api.domains.map((mapping) => ({ ...mapping, api })));
    if (call.action === 'GetDomainNames')
      return [...new Set(mappings.map((mapping) => mapping.domain))].map(toDomain);
    if (call.action !== 'GetApiMappings')
      throw new Refusal(404, 'UnknownOperationException', `There is no ${call.params.path} here`);
    const found = mappings.filter((mapping) => mapping.domain === call.params.domain);
    if (found.length === 0) throw notFound('Invalid domain name identifier specified');
    return found.map(({ api, key, stage }, n) => toMapping(api, key, stage, n));
  }

  function list(call: Call): Answer {
    const { params, fault } = call;
    const scope = JSON.stringify([call.accountId, call.region, params.path]);
    const all = items(call);
    const limit = readLimit(params.maxResults);
    const from = params.nextToken ? tokens.read(scope, params.nextToken) : 0;
    if (from === undefined) throw badRequest('Invalid nextToken');
    const to = fault === 'empty-pages' ? from : from + limit;
    const next = to < all.length ? tokens.issue(scope, to) : undefined;
    const token = fault === 'repeating-token' ? params.nextToken || tokens.issue(scope, to) : next;
    const page = {
      ...(fault === 'missing-connections' ? {} : { items: all.slice(from, to) }),
      ...(token === undefined ? {} : { nextToken: token }),
    };
    return show(page);
  }

  return {
    takes: (target) => target.startsWith('/v2/') || target === '/account',
    read: readControl,
    answer(call) {
      if (call.action === 'GetAccount') return account(world.loggingRoles.of(call.accountId, call.region));
      const action = actions[call.action];
      return action ? action(apiOf(call), call) : list(call);
    },
    refuse: refuseJson,
    refusals: controlRefusals,
  };
}

/** The settings of an account in a region, of version 1: the role that writes the logs of every API is among them. */
function account(cloudwatchRoleArn: string | undefined): Answer {
  const settings = {
    apiKeyVersion: '4',
    ...(cloudwatchRoleArn !== undefined && { cloudwatchRoleArn }),
    features: ['UsagePlans'],
    throttleSettings: { burstLimit: 5000, rateLimit: 10_000 },
  };
  return show(settings);
}

function readLimit(text: string | undefined): number {
  const limit = Number(text ?? 25);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 500) return limit;
  throw badRequest(`Invalid maxResults ${text}`);
}
