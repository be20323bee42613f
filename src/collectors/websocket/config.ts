import { z } from 'zod';
import {
  count,
  distinct,
  duration,
  evenWithProblems,
  optionalText,
  regionName,
  wholeNumber,
} from '../../fields/fields.ts';
import { mark } from '../../fields/marks.ts';
import { polledFields } from '../../fields/polled.ts';
import { toManagementUrl } from './management-url.ts';

/** Says what is wrong with the URL of an endpoint; it is not repeated, for it can hold a password. */
function urlProblem(text: string): string | undefined {
  if (!/^https?:\/\/[^\s\\]+$/i.test(text) || !URL.canParse(text)) {
    const hint = /^wss?:/i.test(text) ? ' (https, where clients use wss)' : '';
    return `expected a URL such as https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod${hint}`;
  }
  if (/[?#]/.test(text)) return 'must end with its path: no ? and no #';
  const { username, password, pathname } = new URL(text);
  if (username !== '' || password !== '') return 'must hold no user and no password';
  if (/\/(@|%40)connections/i.test(pathname)) return 'must end before /@connections, which is added to it';
  const { apiId, stage } = toManagementUrl(text);
  if (apiId !== undefined && stage === undefined && /[^/]/.test(pathname))
    return 'the path of an execute-api URL is its stage, one name';
  return undefined;
}

const url = z
  .string()
  .meta({ format: 'uri' })
  .superRefine((text, { addIssue }) => {
    const message = urlProblem(text);
    if (message !== undefined) addIssue({ code: 'custom', message });
  })
  .describe(
    'Management URL of a stage: https, and no slash at the end; with a custom domain its mapping key.',
  );

const attribute = z.string().min(1).max(255);

function dynamodb(table: z.ZodString) {
  return z.strictObject({
    type: z.literal('dynamodb').describe('The ids are rows of a DynamoDB table.'),
    table,
    key: attribute.default('connectionId').describe('Attribute that holds the connection id.'),
    prefix: z
      .string()
      .min(1)
      .max(255)
      .nullable()
      .default(null)
      .describe('Text before the id there, such as CONNECTION#; rows without it are left alone.'),
    connected_at: attribute
      .nullable()
      .default(null)
      .describe('Attribute that holds the connect time: ISO 8601, or seconds or milliseconds since 1970.'),
    expires_at: attribute
      .nullable()
      .default(null)
      .describe('Attribute that holds the time after which a row is ignored, such as its time to live.'),
    refresh: duration('5m').describe('How often the whole table is read.'),
    read_capacity_per_second: count(5).describe('Most read capacity units a second.'),
    segments: wholeNumber(1, 64).default(1).describe('Parts of the table read at the same time, 1 to 64.'),
  });
}

const intake = z.literal('intake').describe('The ids arrive as events at the intake.');

/** Whose events are meant, where a source tells those of several endpoints. */
const ownEvents = {
  api_id: z
    .string({ error: 'expected text; put it in quotes' })
    .min(1)
    .nullable()
    .default(null)
    .describe('API whose events are meant; default: that of an execute-api URL.'),
  stage: optionalText().describe('Stage whose events are meant; default: that of an execute-api URL.'),
};

const logGroup = z.string().regex(/^[\w./#-]{1,512}$/, {
  error: ({ input }) =>
    String(input).startsWith('arn:')
      ? 'expected the name of a log group, not its ARN; it is looked for in the account and region of the endpoint'
      : 'expected the name of a log group: up to 512 of letters, digits, _, -, /, . and #',
});

/** The least time from one reading of an access log to the next, in milliseconds. */
export const LEAST_POLL_MS = 5_000;
const LONGEST_OVERLAP = '1h';

const rowKey = (name: string, what: string) =>
  z.string().min(1).max(255).default(name).describe(`Key of ${what}.`);

/** How an access log is read, and what its rows call things. */
const accessLog = {
  type: z.literal('access_log').describe('The events are rows of the access log, in CloudWatch Logs.'),
  poll: duration('15s', '1h')
    .refine((ms) => ms >= LEAST_POLL_MS, {
      error: 'must be at least 5s: the calls are rationed, for everybody who reads logs in the account',
    })
    .describe('How often what is new is read, at least 5s.'),
  overlap: duration('3m', LONGEST_OVERLAP).describe(
    'How far before the newest row is read again, for rows that came late.',
  ),
  keys: z
    .strictObject({
      connection_id: rowKey('connectionId', '$context.connectionId'),
      event_type: rowKey('eventType', '$context.eventType'),
      status: rowKey('status', '$context.status'),
      api_id: rowKey('apiId', '$context.apiId'),
      stage: rowKey('stage', '$context.stage'),
      domain: rowKey('domainName', '$context.domainName'),
      connected_at: rowKey('connectedAt', '$context.connectedAt'),
    })
    .prefault({})
    .describe('What the rows call things, where they are JSON with other names than these.'),
};

const sqs = {
  type: z.literal('sqs').describe('The events are messages of an SQS queue, which are deleted.'),
  queue_url: z
    .string()
    .regex(/^https?:\/\/[^\s/?#@]+(\/[^\s/?#]+)+$/, {
      error: 'expected the URL of a queue such as https://sqs.eu-west-1.amazonaws.com/111122223333/ws-events',
    })
    .describe('URL of the queue, which can be in another account and region.'),
};
const file = z.literal('file').describe('The ids are lines of a file.');

const source = z
  .discriminatedUnion('type', [
    dynamodb(
      z
        .string()
        .regex(/^[a-zA-Z0-9_.-]{3,255}$/, {
          error: ({ input }) =>
            String(input).startsWith('arn:')
              ? 'expected the name of a table, not its ARN; it is looked for in the account and region of the endpoint'
              : 'expected the name of a table: 3 to 255 of letters, digits, _, . and -',
        })
        .describe('Name of the table.'),
    ),
    z.strictObject({ type: intake, ...ownEvents }),
    z.strictObject({
      ...accessLog,
      log_group: logGroup.describe('Name of the log group.'),
      ...ownEvents,
    }),
    z.strictObject({ ...sqs, ...ownEvents }),
    z.strictObject({
      type: file,
      path: mark(z.string().min(1), { file: 'optional' }).describe(
        'JSON lines, read again when they change; relative to this file.',
      ),
    }),
  ])
  .describe('Where the connection ids come from: access_log, sqs, dynamodb, intake or file.');

const BOTH_PLACEHOLDERS = /^(?=.*\{api_id\})(?=.*\{stage\})/;
const bothPlaceholders = {
  error: 'must hold {api_id} and {stage}, or every stage that is discovered would have the same ids',
  abort: true,
};

const discoverOrigin = z
  .discriminatedUnion('type', [
    dynamodb(
      z
        .string()
        .regex(BOTH_PLACEHOLDERS, bothPlaceholders)
        .regex(/^(?:[a-zA-Z0-9_.-]|\{api_id\}|\{stage\})+$/, {
          error: 'expected the name of a table: letters, digits, _, . and -, beside {api_id} and {stage}',
        })
        .describe('Name of the table of each stage, such as connections-{api_id}-{stage}.'),
    ),
    z.strictObject({ type: intake }),
    z.strictObject({
      ...accessLog,
      log_group: logGroup
        .nullable()
        .default(null)
        .describe('Name of the log group; default: that of each stage.'),
    }),
    z.strictObject(sqs),
    z.strictObject({
      type: file,
      path: mark(z.string().regex(BOTH_PLACEHOLDERS, bothPlaceholders), { file: 'optional' }).describe(
        'JSON lines of each stage, such as {api_id}-{stage}.jsonl; relative to this file.',
      ),
    }),
  ])
  .prefault({ type: 'intake' })
  .describe(
    'Where the connection ids of discovered stages come from: access_log, sqs, dynamodb, intake or file.',
  );

const endpoint = z
  .strictObject({
    url,
    source,
    target: optionalText().describe('Name of the target whose credentials are used; needed with several.'),
    region: regionName()
      .nullable()
      .default(null)
      .describe('Region of the API; default: that of an execute-api URL, else that of the target.'),
  })
  .superRefine(({ url: text, region, source }, { addIssue }) => {
    if (typeof text !== 'string' || urlProblem(text) !== undefined) return;
    const said = toManagementUrl(text);
    const own = typeof source === 'object' && source && 'api_id' in source ? source : undefined;
    for (const [path, value, inUrl] of [
      [['region'], region, said.region],
      [['source', 'api_id'], own?.api_id, said.apiId],
      [['source', 'stage'], own?.stage, said.stage],
    ] as const) {
      if (typeof value !== 'string' || inUrl === undefined || value === inUrl) continue;
      addIssue({ code: 'custom', path: [...path], message: `the URL says ${inUrl}` });
    }
  }, evenWithProblems);

/** A check that no two endpoints are one: the scheme, the case of the host and slashes at the end make no difference. */
const distinctEndpoints = z.superRefine<z.output<typeof endpoint>[]>(
  (endpoints, { addIssue }) => {
    const first = new Map<string, number>();
    for (const [index, named] of endpoints.entries()) {
      const text: unknown = named?.url;
      if (typeof text !== 'string' || urlProblem(text) !== undefined) continue;
      const { endpointId } = toManagementUrl(text);
      const before = first.get(endpointId);
      if (before === undefined) first.set(endpointId, index);
      else addIssue({ code: 'custom', path: [index, 'url'], message: `is endpoints[${before}] once more` });
    }
  },
  { when: ({ value }) => Array.isArray(value) },
);

/** The `websocket` section of the configuration file, every key with its default; durations become milliseconds. */
export const websocketConfig = z
  .strictObject({
    ...polledFields({
      enabled: false,
      what: 'the connections of WebSocket APIs are estimated',
      schedule: '0 * * * * *',
      timeout: '50s',
      staleAfter: '5m',
    }),
    sample_size: count(200).describe('Most connection ids looked up per endpoint and pass.'),
    requests_per_second: count(10).describe(
      'Most look-ups a second per target; they count against the throttle of the account.',
    ),
    concurrency: count(8).describe('Look-ups of one target under way at the same time.'),
    idle_after: duration('5m').describe('A connection without a message for so long is idle.'),
    confidence: z
      .number({ error: 'expected a number from 0.5 to 0.999' })
      .min(0.5)
      .max(0.999)
      .default(0.95)
      .describe('How often the interval from lower to upper bound holds the truth, 0.5 to 0.999.'),
    endpoints: z
      .array(endpoint)
      .check(distinctEndpoints)
      .prefault([])
      .describe('Stages of WebSocket APIs, by their management URLs.'),
    discover: z
      .boolean()
      .default(false)
      .describe('Whether the WebSocket APIs and stages of every target are discovered.'),
    discover_source: discoverOrigin,
    exclude: z
      .array(z.string().min(1))
      .check(distinct)
      .default([])
      .describe(
        'Discovered stages that are never looked at: api_id, api_id/stage, or names of APIs in which * stands for any text.',
      ),
  })
  .prefault({})
  .describe('Connections of API Gateway WebSocket APIs.');

/** The parsed `websocket` section; durations are milliseconds. */
export type WebsocketConfig = z.output<typeof websocketConfig>;

/** One of its endpoints; the URL as it stands in the file. */
export type EndpointConfig = WebsocketConfig['endpoints'][number];

/** Where the connection ids of an endpoint come from; the path of a file is absolute. */
export type OriginConfig = EndpointConfig['source'];

/** One that is an access log. */
export type AccessLogConfig = Extract<OriginConfig, { type: 'access_log' }>;

/** The same for stages that are discovered: `{api_id}` and `{stage}` in a name stand for theirs. */
export type DiscoverOriginConfig = WebsocketConfig['discover_source'];

/** An endpoint by what its URL and the keys beside it say. */
export interface UrlPlace {
  /** The URL without its scheme and without a slash at its end. */
  readonly endpointId: string;
  readonly host: string;
  /** Undefined when only the target knows it. */
  readonly region: string | undefined;
  /** API and stage whose events are its own, where a source tells those of several; undefined when nothing tells them. */
  readonly apiId: string | undefined;
  readonly stage: string | undefined;
}

/** Where an endpoint is, and whose events are its own: what its keys say, else what an execute-api URL says. */
export function readPlace({ url: text, region, source }: EndpointConfig): UrlPlace {
  const said = toManagementUrl(text);
  const own = 'api_id' in source ? source : undefined;
  return {
    endpointId: said.endpointId,
    host: said.host,
    region: region ?? said.region,
    apiId: own?.api_id ?? said.apiId,
    stage: own?.stage ?? said.stage,
  };
}
