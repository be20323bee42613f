import fc from 'fast-check';
import { Calls } from '../../src/aws/calls.ts';
import { type Aws, createAws } from '../../src/aws/clients.ts';
import { explain, toCallError } from '../../src/aws/errors.ts';
import { createSource as createVpnSource } from '../../src/collectors/client-vpn/source.ts';
import { createScan } from '../../src/collectors/websocket/ids/source-dynamodb.ts';
import { createSource as createApiSource } from '../../src/collectors/websocket/source.ts';
import { systemClock } from '../../src/core/clock.ts';
import { startServer } from '../../test/support/http-server.ts';
import { otherValues } from '../json-changes.ts';
import { type Bytes, mutated, toBuffer } from '../mutations.ts';
import { NO_LOG, withKeys } from '../surroundings.ts';
import { createTarget } from '../target.ts';
import { XML_PIECES } from './connections-xml.ts';

const TARGET = { name: 'default', region: 'eu-west-1', accountId: '111122223333' };
const NEVER = new AbortController().signal;

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  // A token that is new each time would have it go on for long.
  for await (const item of items) if (found.push(item) >= 50) break;
  return found;
}

/** What is asked of AWS, with an answer to it that is well. */
const CALLS: Readonly<Record<string, { readonly answer: Bytes; ask(aws: Aws): Promise<unknown> }>> = {
  endpoints: {
    answer:
      '<DescribeClientVpnEndpointsResponse><requestId>r</requestId><clientVpnEndpoint><item><description>office</description>' +
      '<status><code>available</code></status><creationTime>2026-01-01T00:00:00</creationTime><clientVpnEndpointId>cvpn-endpoint-1</clientVpnEndpointId>' +
      '<splitTunnel>true</splitTunnel><transportProtocol>udp</transportProtocol><vpnPort>443</vpnPort><sessionTimeoutHours>24</sessionTimeoutHours>' +
      '<authenticationOptions><item><type>certificate-authentication</type></item></authenticationOptions>' +
      '<tagSet><item><key>Name</key><value>a</value></item></tagSet></item></clientVpnEndpoint></DescribeClientVpnEndpointsResponse>',
    ask: (aws) =>
      all(createVpnSource(aws, { pageSize: 1000, filters: [] }).endpointPages(TARGET, undefined, NEVER)),
  },
  account: {
    answer:
      '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>a</Arn>' +
      '<UserId>u</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>',
    async ask(aws) {
      const account = await aws.accountId({ name: 'bare', region: 'eu-west-1' }, NEVER);
      if (!/^\d{12}$/.test(account)) throw new Wrong(`${JSON.stringify(account)} is no account`);
      return account;
    },
  },
  apis: {
    answer:
      '{"items":[{"apiId":"a1b2c3d4e5","name":"chat","apiEndpoint":"wss://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com",' +
      '"protocolType":"WEBSOCKET","disableExecuteApiEndpoint":false}]}',
    ask: (aws) => all(createApiSource(aws).apis(TARGET, NEVER)),
  },
  stages: {
    answer: '{"items":[{"stageName":"prod"},{"stageName":"$default","createdDate":"2026-01-01T00:00:00Z"}]}',
    ask: (aws) => all(createApiSource(aws).stages(TARGET, 'a1b2c3d4e5', NEVER)),
  },
  domains: {
    answer: '{"items":[{"domainName":"ws.example.com"}]}',
    ask: (aws) => all(createApiSource(aws).domains(TARGET, NEVER)),
  },
  mappings: {
    answer: '{"items":[{"apiId":"a1b2c3d4e5","apiMappingKey":"chat","stage":"prod"}]}',
    ask: (aws) => all(createApiSource(aws).mappings(TARGET, 'ws.example.com', NEVER)),
  },
  look_up: {
    answer:
      '{"connectedAt":"2026-01-01T00:00:00Z","identity":{"sourceIp":"192.0.2.1","userAgent":"x"},"lastActiveAt":"2026-01-01T00:01:00Z"}',
    ask: (aws) =>
      createApiSource(aws).lookUp(
        TARGET,
        'https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod',
        'A=',
        NEVER,
      ),
  },
  scan: {
    answer:
      '{"Count":2,"ScannedCount":2,"ConsumedCapacity":{"CapacityUnits":0.5,"TableName":"t"},"LastEvaluatedKey":{"id":{"S":"B="}},' +
      '"Items":[{"id":{"S":"A="},"at":{"N":"1790295783782"}},{"id":{"S":"B="}}]}',
    ask: (aws) =>
      createScan(aws)(
        TARGET,
        { table: 't', attributes: ['id', 'at'], limit: 10, startKey: undefined, segment: 0, segments: 1 },
        NEVER,
      ),
  },
};

const JSON_PIECES = [
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    'null',
    'true',
    '""',
    '{}',
    '[]',
    '[[[[',
    '"a":',
    '0',
    '"\\ud800"',
    '"\\u0000"',
  ],
  ...[
    '"items":',
    '"nextToken":"t",',
    '"NextToken":7,',
    '"apiId":',
    '"name":7',
    '"stageName":{}',
    '"CapacityUnits":"x"',
  ],
  ...[
    '"S":',
    '"N":',
    '"B":"AA=="',
    '"L":[]',
    '"__type":"x#ThrottlingException"',
    '"__proto__":{"a":1},',
    '"message":"m"',
  ],
];

interface Input {
  readonly call: string;
  readonly status: number;
  readonly body: Bytes;
}

const calls = Object.entries(CALLS).map(([call, { answer }]) => ({ call, answer }));
const kindsOf = ({ call, answer }: (typeof calls)[number]) =>
  Object.entries(
    answer.startsWith('<')
      ? mutated(fc.constant(answer), XML_PIECES)
      : { ...mutated(fc.constant(answer), JSON_PIECES), 'other values': otherValues(answer) },
  ).map(
    ([kind, bodies]) =>
      [`${call} ${kind}`, bodies.map((body): Input => ({ call, status: 200, body }))] as const,
  );
const statuses = fc
  .tuple(
    fc.constantFrom(...calls),
    fc.constantFrom(201, 204, 206, 400, 403, 404, 410, 413, 429, 500, 503),
    fc.constantFrom(
      '',
      '{}',
      '[]',
      'null',
      '<a/>',
      '<html>',
      '{"__type":"X"}',
      '{"message":7}',
      '{"code":{}}',
      '"',
    ),
  )
  .map(([{ call }, status, body]): Input => ({ call, status, body }));

/** Something that was read and that AWS cannot have said. */
class Wrong extends Error {}

/** Answers of AWS through the real SDK, over real HTTP. */
export const awsAnswers = createTarget<Input>({
  name: 'aws-answers',
  inputs: { status: statuses, ...perKind() },
  async open() {
    const release = withKeys();
    let next: Input | undefined;
    const server = await startServer((response) => {
      const { body = '', status = 500 } = next ?? {};
      const type = body.startsWith('<') ? 'text/xml' : 'application/json';
      response.writeHead(status, { 'content-type': type, 'content-length': body.length }).end(toBuffer(body));
    });
    return {
      async judge(input) {
        next = input;
        const aws = createAws(
          { endpointUrl: server.url, connectTimeoutMs: 5_000, requestTimeoutMs: 20_000, maxAttempts: 1 },
          { clock: systemClock, calls: new Calls(systemClock), logger: NO_LOG, requestsPerSecond: {} },
        );
        try {
          judgeValues(await CALLS[input.call]?.ask(aws), input.call);
        } catch (error) {
          if (error instanceof Wrong) throw error;
          const sentence = explain(error);
          if (sentence.includes('bug') || sentence === '')
            throw new Error(`${toCallError(error)}: ${sentence}`, { cause: error });
        } finally {
          aws.close();
          server.requests.length = 0;
        }
      },
      async close() {
        await server.close();
        release();
      },
    };
  },
});

/** The kinds of change, of all calls together. */
function perKind(): Record<string, fc.Arbitrary<Input>> {
  const byKind = new Map<string, fc.Arbitrary<Input>[]>();
  for (const [name, inputs] of calls.flatMap(kindsOf)) {
    const kind = name.slice(name.indexOf(' ') + 1);
    byKind.set(kind, [...(byKind.get(kind) ?? []), inputs]);
  }
  return Object.fromEntries([...byKind].map(([kind, inputs]) => [kind, fc.oneof(...inputs)]));
}

/** Throws unless numbers are numbers and texts are text. */
function judgeValues(value: unknown, where: string): void {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Wrong(`${where} is ${value}`);
  if (value instanceof Date && Number.isNaN(value.getTime())) throw new Wrong(`${where} is no time`);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) {
    // Handed back to DynamoDB as it came, which alone can read it.
    if (key === 'nextKey') continue;
    judgeValues(member, `${where}.${key}`);
    const isText = TEXTS.has(key);
    if (isText && member !== undefined && typeof member !== 'string')
      throw new Wrong(`${where}.${key} is ${JSON.stringify(member)}, not a text`);
    if (NUMBERS.has(key) && member !== undefined && typeof member !== 'number')
      throw new Wrong(`${where}.${key} is ${JSON.stringify(member)}, not a number`);
  }
}

const TEXTS: ReadonlySet<string> = new Set([
  ...['apiId', 'name', 'host', 'key', 'domain', 'stage'],
  ...['ClientVpnEndpointId', 'Description', 'VpcId', 'TransportProtocol', 'Code', 'Key', 'Value', 'Type'],
]);
const NUMBERS: ReadonlySet<string> = new Set([
  ...['connectedAt', 'lastActiveAt', 'capacityUnits'],
  ...['VpnPort', 'SessionTimeoutHours'],
]);
