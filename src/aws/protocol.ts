import { AwsEc2QueryProtocol } from '@aws-sdk/core/protocols';
import { parseConnections } from './connections-xml.ts';

type Deserialize = AwsEc2QueryProtocol['deserializeResponse'];

/**
 * The EC2 protocol of the SDK with one deserialiser replaced: that of DescribeClientVpnConnections, whose pages of a
 * thousand connections are most of the cost of a pass otherwise (`npm run bench`). Errors and all other operations stay the SDK's.
 */
export class Ec2Protocol extends AwsEc2QueryProtocol {
  override async deserializeResponse<Output extends Awaited<ReturnType<Deserialize>>>(
    operation: Parameters<Deserialize>[0],
    context: Parameters<Deserialize>[1],
    response: Parameters<Deserialize>[2],
  ): Promise<Output> {
    if (response.statusCode !== 200 || !operation.name.endsWith('DescribeClientVpnConnections')) {
      return super.deserializeResponse(operation, context, response);
    }
    const $metadata = this.deserializeMetadata(response);
    try {
      return { ...parseConnections(response.body), $metadata } as unknown as Output;
    } catch (error) {
      // The SDK adds a hint for its own developers to the message of an error that lacks this.
      throw Object.assign(toError(error), { $metadata });
    }
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
