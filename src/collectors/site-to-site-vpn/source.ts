import { MOST_ENDPOINTS, tooLong } from '../../aws/answers.ts';
import type { Aws } from '../../aws/clients.ts';
import type { Target } from '../../aws/targets.ts';
import type { RawVpnConnection } from '../../aws/vpn-connections-xml.ts';

/** Every VPN connection of a target, as DescribeVpnConnections lists it: one answer, without pages. Rejects unless it holds the list. */
export async function listVpnConnections(
  aws: Pick<Aws, 'ec2'>,
  target: Target,
  signal: AbortSignal,
): Promise<readonly RawVpnConnection[]> {
  const { DescribeVpnConnectionsCommand } = await import('@aws-sdk/client-ec2');
  const client = await aws.ec2(target);
  // By no id: one that AWS does not know fails the whole call.
  const { VpnConnections = [] } = await client.send(new DescribeVpnConnectionsCommand({}), {
    abortSignal: signal,
  });
  if (VpnConnections.length > MOST_ENDPOINTS)
    throw tooLong('DescribeVpnConnections', `${VpnConnections.length} items`);
  // Our own reader made it (`aws/vpn-connections-xml.ts`), so that nobody ever held the keys in it.
  return VpnConnections as readonly RawVpnConnection[];
}

/** Asks whether the listing would be allowed; rejects with AWS' reason when not. */
export async function dryRun(aws: Pick<Aws, 'ec2'>, target: Target, signal: AbortSignal): Promise<undefined> {
  const { DescribeVpnConnectionsCommand } = await import('@aws-sdk/client-ec2');
  const client = await aws.ec2(target);
  try {
    await client.send(new DescribeVpnConnectionsCommand({ DryRun: true }), { abortSignal: signal });
  } catch (error) {
    // EC2 answers a dry run that would have been allowed with this error.
    if (!(error instanceof Error) || error.name !== 'DryRunOperation') throw error;
  }
}
