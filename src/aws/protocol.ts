import { AwsEc2QueryProtocol } from '@aws-sdk/core/protocols';
import { parseConnections } from './connections-xml.ts';
import { parseVpnConnections } from './vpn-connections-xml.ts';

type Deserialize = AwsEc2QueryProtocol['deserializeResponse'];

/**
 * The answers that are read by readers of our own: DescribeClientVpnConnections, whose pages of a thousand connections are most of the
 * cost of a pass otherwise (`npm run bench`), and DescribeVpnConnections, whose pre-shared keys nobody is to hold.
 */
const READERS: ReadonlyMap<string, (body: Uint8Array) => object> = new Map<
  string,
  (body: Uint8Array) => object
>([
  ['DescribeClientVpnConnections', parseConnections],
  ['DescribeVpnConnections', (body) => ({ VpnConnections: parseVpnConnections(body) })],
]);

/** The EC2 protocol of the SDK with these deserialisers replaced. Errors and all other operations stay the SDK's. */
export class Ec2Protocol extends AwsEc2QueryProtocol {
  override async deserializeResponse<Output extends Awaited<ReturnType<Deserialize>>>(
    operation: Parameters<Deserialize>[0],
    context: Parameters<Deserialize>[1],
    response: Parameters<Deserialize>[2],
  ): Promise<Output> {
    const read = READERS.get(operation.name.replace(/^.*#/, ''));
    if (response.statusCode !== 200 || !read) return super.deserializeResponse(operation, context, response);
    const $metadata = this.deserializeMetadata(response);
    try {
      // What Output is stands in the schema of the operation alone; that each reader gives it is held by tests against the SDK's own.
      return { ...read(response.body), $metadata } as unknown as Output;
    } catch (error) {
      // The SDK adds a hint for its own developers to the message of an error that lacks this.
      throw Object.assign(toError(error), { $metadata });
    }
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
