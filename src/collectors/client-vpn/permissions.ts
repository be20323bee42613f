import { explain } from '../../aws/errors.ts';
import type { Target } from '../../aws/targets.ts';
import type { Permission, Verdict } from '../domain.ts';
import type { ClientVpnConfig } from './config.ts';
import { discover } from './discovery.ts';
import type { DryRun, Source } from './source.ts';

const LIST_ENDPOINTS = 'ec2:DescribeClientVpnEndpoints';
const LIST_CONNECTIONS = 'ec2:DescribeClientVpnConnections';
/** Stands for an endpoint where there is none to ask about. */
const ANY_ENDPOINT = 'cvpn-endpoint-00000000000000000';

/** What reading these places needs (Service Authorization Reference, Amazon EC2): DescribeClientVpnEndpoints knows no resources, only regions. */
export function permissions(
  config: ClientVpnConfig,
  places: readonly { readonly accountId: string; readonly region: string }[],
): readonly Permission[] {
  const regions = [...new Set(places.map(({ region }) => region))].filter((region) => region !== '*');
  const ids = config.endpoints.length > 0 && Object.keys(config.tags).length === 0 ? config.endpoints : ['*'];
  const resources = places.flatMap(({ accountId, region }) =>
    ids.map((id) => endpointArn(accountId, region, id)),
  );
  return [
    {
      action: LIST_ENDPOINTS,
      resources: ['*'],
      ...(regions.length > 0 && { condition: { StringEquals: { 'ec2:Region': regions } } }),
    },
    { action: LIST_CONNECTIONS, resources: [...new Set(resources)] },
  ];
}

/** Asks with DryRun for the listing of endpoints, and for the connections of each endpoint that would be polled. */
export async function* ask(
  source: Source & DryRun,
  config: ClientVpnConfig,
  target: Target,
  signal: AbortSignal,
): AsyncIterable<Verdict> {
  const accountId = await source
    .accountId(target, signal)
    .catch((error: unknown) => ({ reason: explain(error) }));
  if (typeof accountId !== 'string') {
    const action = target.roleArn === undefined ? 'sts:GetCallerIdentity' : 'sts:AssumeRole';
    yield { action, resource: target.roleArn ?? target.name, allowed: false, reason: accountId.reason };
    return;
  }
  const listing = await source.dryRunEndpoints(target, signal).catch(explain);
  yield {
    action: LIST_ENDPOINTS,
    resource: `* (${accountId}, ${target.region})`,
    allowed: listing === undefined,
    reason: listing,
  };
  let ids: readonly string[] = config.endpoints;
  if (listing === undefined) {
    const selection = { named: config.endpoints, tags: new Map(Object.entries(config.tags)) };
    const found = await discover(source, target, selection, () => {}, signal).catch(explain);
    if (typeof found === 'string')
      yield {
        action: LIST_ENDPOINTS,
        resource: `* (${accountId}, ${target.region})`,
        allowed: false,
        reason: found,
      };
    else ids = [...found.keys()];
  }
  for (const id of ids.length > 0 ? ids : [ANY_ENDPOINT]) {
    const reason = await source.dryRunConnections(target, id, signal).catch(explain);
    const resource = endpointArn(accountId, target.region, id === ANY_ENDPOINT ? '*' : id);
    yield { action: LIST_CONNECTIONS, resource, allowed: reason === undefined, reason };
  }
}

function endpointArn(accountId: string, region: string, id: string): string {
  return `arn:${partitionOf(region)}:ec2:${region}:${accountId}:client-vpn-endpoint/${id}`;
}

function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
