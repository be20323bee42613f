import type { ClientVpnEndpoint, EC2Client, Filter } from '@aws-sdk/client-ec2';
import type { AccountSource } from '../../aws/accounts.ts';
import { MOST_ENDPOINTS, pages } from '../../aws/answers.ts';
import { Interned } from '../../aws/connections/interned.ts';
import { ConnectionsReader } from '../../aws/connections/reader.ts';
import { ConnectionRows } from '../../aws/connections/rows.ts';
import type { Target } from '../../aws/targets.ts';

/** An item of DescribeClientVpnEndpoints. */
export type RawEndpoint = ClientVpnEndpoint;
/** A filter that AWS applies to DescribeClientVpnConnections. */
export interface ConnectionFilter {
  readonly name: string;
  readonly values: readonly string[];
}

/** What a pass asks of AWS. Every listing is complete or throws: a page without its list, or with a token seen before, is an error. */
export interface Source extends AccountSource {
  /** The endpoints of a target page by page, all or those with these ids. */
  endpointPages(
    target: Target,
    ids: readonly string[] | undefined,
    signal: AbortSignal,
  ): AsyncIterable<readonly RawEndpoint[]>;
  /** The connections of an endpoint page by page; a page is there until the next one is asked for. */
  connectionPages(target: Target, endpointId: string, signal: AbortSignal): AsyncIterable<ConnectionRows>;
}

/** Asks whether a call would be allowed; resolves to nothing when it would, rejects with AWS' reason when not. */
export interface DryRun {
  dryRunEndpoints(target: Target, signal: AbortSignal): Promise<undefined>;
  dryRunConnections(target: Target, endpointId: string, signal: AbortSignal): Promise<undefined>;
}

/** What the source needs of the AWS clients. */
export interface SourceDeps extends AccountSource {
  ec2(target: Target): Promise<EC2Client>;
}

/** AWS allows 200 values in a filter. */
const FILTER_VALUES = 200;

/** The source that asks AWS through the SDK. */
export function createSource(
  aws: SourceDeps,
  options: { pageSize: number; filters: readonly ConnectionFilter[] },
): Source & DryRun {
  const strings = new Interned();
  /** Those that no listing uses; one that broke off may still be read into. */
  const readers: ConnectionsReader[] = [];
  return {
    accountId: (target, signal) => aws.accountId(target, signal),
    knownAccount: (target) => aws.knownAccount(target),

    async *endpointPages(target, ids, signal) {
      const { DescribeClientVpnEndpointsCommand } = await import('@aws-sdk/client-ec2');
      const client = await aws.ec2(target);
      for (const values of ids ? chunks(ids, FILTER_VALUES) : [undefined]) {
        // By filter, not by id: EC2 refuses MaxResults beside ids, and one unknown id fails the whole call.
        const Filters = values && [{ Name: 'endpoint-id', Values: values }];
        const send = async (NextToken: string | undefined) => {
          const input = { MaxResults: 1000, NextToken, ...(Filters && { Filters }) };
          const output = await client.send(new DescribeClientVpnEndpointsCommand(input), {
            abortSignal: signal,
          });
          return { items: output.ClientVpnEndpoints, next: output.NextToken };
        };
        yield* pages('DescribeClientVpnEndpoints', send, { mostItems: MOST_ENDPOINTS });
      }
    },

    async *connectionPages(target, endpointId, signal) {
      const { describeConnections } = await import('../../aws/connections/describe.ts');
      const client = await aws.ec2(target);
      const reader = readers.pop() ?? new ConnectionsReader(strings);
      const filters: Filter[] = options.filters.map(({ name, values }) => ({
        Name: name,
        Values: [...values],
      }));
      const input = {
        ClientVpnEndpointId: endpointId,
        MaxResults: options.pageSize,
        ...(filters.length > 0 && { Filters: filters }),
      };
      const send = async (NextToken: string | undefined) => {
        const page = await describeConnections(client, { ...input, NextToken }, reader, signal);
        return { items: page.rows, next: page.nextToken };
      };
      yield* pages('DescribeClientVpnConnections', send, { isList: isRows });
      readers.push(reader);
    },

    async dryRunEndpoints(target, signal) {
      const { DescribeClientVpnEndpointsCommand } = await import('@aws-sdk/client-ec2');
      const client = await aws.ec2(target);
      return allowed(
        client.send(new DescribeClientVpnEndpointsCommand({ DryRun: true }), { abortSignal: signal }),
      );
    },

    async dryRunConnections(target, endpointId, signal) {
      const { DescribeClientVpnConnectionsCommand } = await import('@aws-sdk/client-ec2');
      const client = await aws.ec2(target);
      const input = { ClientVpnEndpointId: endpointId, DryRun: true };
      return allowed(client.send(new DescribeClientVpnConnectionsCommand(input), { abortSignal: signal }));
    },
  };
}

function isRows(items: unknown): boolean {
  return items instanceof ConnectionRows;
}

/** EC2 answers a dry run that would have been allowed with the error DryRunOperation. */
async function allowed(sent: Promise<unknown>): Promise<undefined> {
  try {
    await sent;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'DryRunOperation') throw error;
  }
}

/** Whether EC2 itself says that there is no such endpoint; a 404 of anything in between says nothing about it. */
export function isEndpointGone(error: unknown): boolean {
  return error instanceof Error && error.name === 'InvalidClientVpnEndpointId.NotFound';
}

function chunks<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
