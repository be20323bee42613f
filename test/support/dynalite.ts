import type { RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
} from '@aws-sdk/client-dynamodb';
import createServer from 'dynalite';

/** An item as DynamoDB takes it. */
export type Item = Readonly<Record<string, AttributeValue>>;

/** A DynamoDB on a free port of the loopback interface, in memory, written by others (dynalite). */
export interface TestDynamoDb {
  readonly url: string;
  /** Makes a table whose partition key is the text attribute `key`, and puts the items into it. */
  fill(table: string, key: string, items: readonly Item[]): Promise<void>;
  /** The next so many requests find the throughput of their table exceeded, as DynamoDB says it. */
  throttle(requests: number): void;
  close(): Promise<void>;
}

/** How many items one BatchWriteItem takes. */
const BATCH = 25;

const THROTTLED = JSON.stringify({
  __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  message: 'The level of configured provisioned throughput for the table was exceeded.',
});

/** Starts a DynamoDB without tables. */
export async function startDynamoDb(): Promise<TestDynamoDb> {
  const server = createServer({ createTableMs: 0 });
  let refusals = 0;
  const [answer] = server.listeners('request') as RequestListener[];
  if (!answer) throw new Error('dynalite answers no requests');
  server.removeAllListeners('request');
  server.on('request', (request, response) => {
    if (refusals === 0) return answer(request, response);
    refusals -= 1;
    request.resume();
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(THROTTLED);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new DynamoDBClient({
    endpoint: url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
  });
  return {
    url,
    async fill(table, key, items) {
      await client.send(
        new CreateTableCommand({
          TableName: table,
          AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
          KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
          ProvisionedThroughput: { ReadCapacityUnits: 5, WriteCapacityUnits: 5 },
        }),
      );
      while (!(await isActive(client, table)));
      for (let index = 0; index < items.length; index += BATCH) {
        const puts = items.slice(index, index + BATCH).map((Item) => ({ PutRequest: { Item } }));
        await client.send(new BatchWriteItemCommand({ RequestItems: { [table]: puts } }));
      }
    },
    throttle(requests) {
      refusals = requests;
    },
    close() {
      client.destroy();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function isActive(client: DynamoDBClient, table: string): Promise<boolean> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName: table }));
  return Table?.TableStatus === 'ACTIVE';
}
