import type { Permission, PolicyPlace } from '../../../polling/domain.ts';
import { logArns } from '../permissions.ts';

/** What is wired, as far as it is named; the rest is `*`. */
export interface Wired {
  readonly apiId: string | undefined;
  readonly stages: readonly string[];
  readonly logGroup: string | undefined;
}

/** What wiring needs, its undoing among it (Service Authorization Reference: API Gateway Management V2, CloudWatch Logs). */
export function wirePermissions(
  places: readonly PolicyPlace[],
  { apiId = '*', stages, logGroup }: Wired,
): readonly Permission[] {
  const api = `/apis/${apiId}`;
  const ofStages = (stages.length > 0 ? stages : ['*']).map((stage) => `${api}/stages/${stage}`);
  const groups = logGroup === undefined ? ownGroups(apiId, stages) : [logGroup];
  const at = (paths: readonly string[]) =>
    places.flatMap(({ partition, region }) =>
      paths.map((path) => `arn:${partition}:apigateway:${region}::${path}`),
    );
  const inLogs = (names: readonly string[]) =>
    places.flatMap((place) => names.flatMap((name) => logArns(place, name)));
  const reads = [
    '/account',
    api,
    `${api}/stages`,
    ...ofStages,
    `${api}/routes`,
    `${api}/integrations/*`,
    `${api}/deployments/*`,
  ];
  return [
    { action: 'apigateway:GET', resources: at(reads) },
    { action: 'apigateway:PATCH', resources: at([...ofStages, `${api}/integrations/*`]) },
    { action: 'apigateway:POST', resources: at([`${api}/deployments`]) },
    { action: 'apigateway:DELETE', resources: at(ofStages.map((path) => `${path}/accesslogsettings`)) },
    {
      action: 'logs:DescribeLogGroups',
      resources: places.flatMap((place) => logArns(place, '*').slice(0, 1)),
    },
    { action: 'logs:CreateLogGroup', resources: inLogs(groups) },
    { action: 'logs:PutRetentionPolicy', resources: inLogs(groups) },
  ];
}

function ownGroups(apiId: string, stages: readonly string[]): readonly string[] {
  return stages.length > 0 ? stages.map((stage) => `/ws/${apiId}/${stage}`) : [`/ws/${apiId}/*`];
}
