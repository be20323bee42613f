import { AwsEc2QueryProtocol } from '@aws-sdk/core/protocols';
import { readConnections } from './connections/describe.ts';
import { parseVpnConnections } from './vpn-connections-xml.ts';

type Deserialize = AwsEc2QueryProtocol['deserializeResponse'];

/**
 * The EC2 protocol of the SDK with the deserialisers of two operations replaced: DescribeClientVpnConnections, whose pages of a thousand
 * connections are most of the cost of a pass otherwise (`npm run bench`), and DescribeVpnConnections, whose pre-shared keys nobody is to
 * hold. Errors and all other operations stay the SDK's.
 */
export class Ec2Protocol extends AwsEc2QueryProtocol {
  override async deserializeResponse<Output extends Awaited<ReturnType<Deserialize>>>(
    operation: Parameters<Deserialize>[0],
    context: Parameters<Deserialize>[1],
    response: Parameters<Deserialize>[2],
  ): Promise<Output> {
    const $metadata = this.deserializeMetadata(response);
    try {
      // What Output is stands in the schema of the operation alone; that ours is that is held by tests against the SDK's own.
      if (response.statusCode === 200 && operation.name.endsWith('DescribeVpnConnections'))
        return Object.assign({ $metadata } as Output, { VpnConnections: parseVpnConnections(response.body) });
      if (response.statusCode === 200 && (await readConnections(context, response.body)))
        return { $metadata } as Output;
    } catch (error) {
      // The SDK adds a hint for its own developers to the message of an error that lacks this.
      throw Object.assign(toError(error), { $metadata });
    }
    return super.deserializeResponse(operation, context, response);
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
