import {
  DescribeClientVpnConnectionsCommand,
  type DescribeClientVpnConnectionsCommandInput,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { leaveOpen, type OpenBody } from '../http-handler.ts';
import type { ConnectionsPage, ConnectionsReader } from './reader.ts';

/** Where the reader of an answer, and then its page, stand in what the SDK hands down with a call. */
const READER = Symbol('reader of DescribeClientVpnConnections');

interface Reading {
  readonly reader: ConnectionsReader;
  page: ConnectionsPage | undefined;
}

/** The answer to DescribeClientVpnConnections, read by `reader`; its page is there until that reads another. */
export async function describeConnections(
  client: EC2Client,
  input: DescribeClientVpnConnectionsCommandInput,
  reader: ConnectionsReader,
  abortSignal: AbortSignal,
): Promise<ConnectionsPage> {
  const reading: Reading = { reader, page: undefined };
  const command = new DescribeClientVpnConnectionsCommand(input);
  command.middlewareStack.add(
    (next, context) => (args) => {
      Object.assign(context, { [READER]: reading });
      return next(args);
    },
    { step: 'initialize' },
  );
  command.middlewareStack.add((next) => (args) => next(leaveOpen(args)), {
    step: 'deserialize',
    priority: 'low',
  });
  await client.send(command, { abortSignal });
  if (!reading.page) throw new Error('DescribeClientVpnConnections came to an answer that nobody read');
  return reading.page;
}

/** Reads a body, chunk by chunk, for the call that this context belongs to; false when it has no reader. */
export async function readConnections(context: object, body: OpenBody): Promise<boolean> {
  const { [READER]: reading } = context as { [READER]?: Reading };
  if (!reading) return false;
  const { reader } = reading;
  reader.begin();
  await body((chunk) => reader.feed(chunk));
  reading.page = reader.end();
  return true;
}
