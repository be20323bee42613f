import { readJson } from '../../wire/aws-json.ts';
import type { Read, WireRequest } from '../../wire/service.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

const api = '\\/v2\\/apis\\/(?<apiId>[^/]+)';
const stage = `${api}\\/stages\\/(?<stageName>[^/]+)`;

const paths: readonly (readonly [action: string, method: Method, path: string])[] = [
  ['GetAccount', 'GET', '\\/account'],
  ['GetApis', 'GET', '\\/v2\\/apis'],
  ['GetApi', 'GET', api],
  ['GetStages', 'GET', `${api}\\/stages`],
  ['GetStage', 'GET', stage],
  ['UpdateStage', 'PATCH', stage],
  ['DeleteAccessLogSettings', 'DELETE', `${stage}\\/accesslogsettings`],
  ['GetDeployments', 'GET', `${api}\\/deployments`],
  ['CreateDeployment', 'POST', `${api}\\/deployments`],
  ['GetDeployment', 'GET', `${api}\\/deployments\\/(?<deploymentId>[^/]+)`],
  ['GetRoutes', 'GET', `${api}\\/routes`],
  ['GetIntegrations', 'GET', `${api}\\/integrations`],
  ['GetIntegration', 'GET', `${api}\\/integrations\\/(?<integrationId>[^/]+)`],
  ['UpdateIntegration', 'PATCH', `${api}\\/integrations\\/(?<integrationId>[^/]+)`],
  ['GetDomainNames', 'GET', '\\/v2\\/domainnames'],
  ['GetApiMappings', 'GET', '\\/v2\\/domainnames\\/(?<domain>[^/]+)\\/apimappings'],
];

const patterns = paths.map(([action, method, path]) => ({
  action,
  method,
  pattern: new RegExp(`^${path}$`),
}));

/** Which action a request is, with what its path and its query name. */
export function readControl(request: WireRequest): Read {
  const { method, url } = request;
  const path = decodeURIComponent(url.pathname);
  const query = Object.fromEntries(url.searchParams);
  const json = readJson(request);
  for (const { action, pattern } of patterns.filter((one) => one.method === method)) {
    const found = pattern.exec(path);
    if (found) return { action, params: { ...query, ...found.groups, path }, ...(json && { json }) };
  }
  return { action: method, params: { ...query, path } };
}

/** The method that a permission for an action is called by. */
export function methodOf(action: string): string {
  return paths.find(([name]) => name === action)?.[1] ?? action;
}
