import { partitionOf, type Target } from '../../aws/targets.ts';
import type { Permission, PolicyPlace, Verdict } from '../../polling/domain.ts';
import { judge, judgeAccount, notAsked } from '../../polling/judge.ts';
import { toSelection } from '../../polling/selection.ts';
import type { ClientVpnConfig } from './config.ts';
import { discover } from './endpoints.ts';
import type { DryRun, Source } from './source.ts';

const LIST_ENDPOINTS = 'ec2:DescribeClientVpnEndpoints';
const LIST_CONNECTIONS = 'ec2:DescribeClientVpnConnections';

/** What reading these places needs (Service Authorization Reference, Amazon EC2): DescribeClientVpnEndpoints knows no resources, only regions. */
export function permissions(config: ClientVpnConfig, places: readonly PolicyPlace[]): readonly Permission[] {
  const regions = [...new Set(places.map(({ region }) => region))];
  const ids = config.endpoints.length > 0 && Object.keys(config.tags).length === 0 ? config.endpoints : ['*'];
  const resources = places.flatMap((place) => ids.map((id) => endpointArn(place, id)));
  return [
    {
      action: LIST_ENDPOINTS,
      resources: ['*'],
      ...(!regions.includes('*') && { condition: { StringEquals: { 'ec2:Region': regions } } }),
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
  const account = await judgeAccount(source, target, signal);
  if ('verdict' in account) return yield account.verdict;
  const { accountId } = account;
  const place = { accountId, region: target.region, partition: partitionOf(target) };
  let ids: readonly string[] = config.endpoints;
  const listing = await judge(() => source.dryRunEndpoints(target, signal), signal);
  const discovery = await judge(async () => {
    if (listing.answer !== 'allowed') return;
    ids = [...(await discover(source, target, toSelection(config), () => {}, signal)).endpoints.keys()];
  }, signal);
  const where = `* (${accountId}, ${target.region})`;
  const listed = listing.answer === 'allowed' ? discovery : listing;
  yield { action: LIST_ENDPOINTS, resource: where, ...listed };
  for (const id of ids) {
    const resource = endpointArn(place, id);
    yield {
      action: LIST_CONNECTIONS,
      resource,
      ...(await judge(() => source.dryRunConnections(target, id, signal), signal)),
    };
  }
  if (ids.length === 0) {
    const resource = endpointArn(place, '*');
    yield {
      action: LIST_CONNECTIONS,
      resource,
      ...notAsked(
        listed.answer === 'allowed'
          ? 'there is no endpoint yet to ask about'
          : 'which endpoints there are is not known',
      ),
    };
  }
}

function endpointArn({ accountId, region, partition }: Omit<PolicyPlace, 'name'>, id: string): string {
  return `arn:${partition}:ec2:${region}:${accountId}:client-vpn-endpoint/${id}`;
}
