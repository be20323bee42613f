import { EC2Client, paginateDescribeClientVpnConnections } from '@aws-sdk/client-ec2';
import { cpuMs } from '../frame/figures.ts';
import { answering } from '../frame/processes.ts';
import { useKeys } from './keys.ts';

/** Who is asked. */
export interface ListingOptions {
  readonly url: string;
  /** The certificate to trust. */
  readonly ca?: string;
  readonly endpointId: string;
}

/** A listing of all connections: its CPU milliseconds, and how many there were. */
export interface Listed {
  readonly cpuMs: number;
  readonly count: number;
}

/** In the child: the SDK's own paginator over the connections of an endpoint, which counts them and keeps none, with each `list`. */
export async function sdk({ url, ca, endpointId }: ListingOptions): Promise<void> {
  useKeys();
  const client = new EC2Client({
    endpoint: url,
    region: 'eu-west-1',
    ...(ca && { requestHandler: { httpsAgent: { ca } } }),
  });
  await answering(null, {
    list: async (): Promise<Listed> => {
      const before = cpuMs();
      let count = 0;
      const pages = paginateDescribeClientVpnConnections(
        { client, pageSize: 1_000 },
        { ClientVpnEndpointId: endpointId },
      );
      for await (const { Connections = [] } of pages) count += Connections.length;
      return { cpuMs: cpuMs() - before, count };
    },
  });
}
