import type { Random } from '../wire/random.ts';

/** What an API tells a Lambda function of one connection (the proxy event of a WebSocket API, payload format 1.0). */
export interface ProxyEvent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly multiValueHeaders?: Readonly<Record<string, readonly string[]>>;
  readonly requestContext: {
    readonly routeKey: '$connect' | '$disconnect' | '$default';
    readonly eventType: 'CONNECT' | 'DISCONNECT' | 'MESSAGE';
    readonly extendedRequestId: string;
    readonly requestTime: string;
    readonly messageDirection: 'IN';
    readonly stage: string;
    /** Milliseconds since 1970, as `requestTimeEpoch` is. */
    readonly connectedAt: number;
    readonly requestTimeEpoch: number;
    readonly identity: { readonly userAgent?: string; readonly sourceIp: string };
    readonly requestId: string;
    readonly domainName: string;
    readonly connectionId: string;
    readonly apiId: string;
    readonly disconnectStatusCode?: number;
    readonly disconnectReason?: string;
    readonly messageId?: string;
  };
  readonly body?: string;
  readonly isBase64Encoded: false;
}

/** Whom an event is about. */
export interface Speaker {
  readonly id: string;
  readonly apiId: string;
  readonly stage: string;
  readonly domainName: string;
  readonly sourceIp: string;
  readonly userAgent: string | undefined;
  readonly connectedAt: number;
}

/** What happened to it. */
export type Happening =
  | { readonly type: 'connect' }
  | { readonly type: 'disconnect'; readonly code: number; readonly reason: string }
  | { readonly type: 'message'; readonly body: string };

/** The event that an API sends when `happening` happens to a client at `at`, milliseconds since 1970. */
export function createProxyEvent(
  random: Random,
  speaker: Speaker,
  happening: Happening,
  at: number,
): ProxyEvent {
  const requestId = random.bytes(11).toString('base64');
  const { type } = happening;
  const requestContext: ProxyEvent['requestContext'] = {
    routeKey: type === 'message' ? '$default' : `$${type}`,
    ...(type === 'message' ? { messageId: createId(random) } : {}),
    eventType: eventTypes[type],
    extendedRequestId: requestId,
    requestTime: requestTime(at),
    messageDirection: 'IN',
    ...(type === 'disconnect'
      ? { disconnectStatusCode: happening.code, disconnectReason: happening.reason }
      : {}),
    stage: speaker.stage,
    connectedAt: speaker.connectedAt,
    requestTimeEpoch: at,
    identity: {
      ...(speaker.userAgent === undefined ? {} : { userAgent: speaker.userAgent }),
      sourceIp: speaker.sourceIp,
    },
    requestId,
    domainName: speaker.domainName,
    connectionId: speaker.id,
    apiId: speaker.apiId,
  };
  if (type === 'message') return { requestContext, body: happening.body, isBase64Encoded: false };
  const headers =
    type === 'connect'
      ? connectHeaders(random, speaker)
      : { Host: speaker.domainName, 'x-api-key': '', 'X-Forwarded-For': '', 'x-restapi': '' };
  const multiValueHeaders = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, [value]]),
  );
  return { headers, multiValueHeaders, requestContext, isBase64Encoded: false };
}

/** An id as API Gateway makes them in 2026, of connections and messages: 13 bytes in 20 characters that end in `==`. */
export function createId(random: Random): string {
  return `${random.bytes(13).toString('base64url')}==`;
}

const eventTypes = { connect: 'CONNECT', disconnect: 'DISCONNECT', message: 'MESSAGE' } as const;

function connectHeaders(
  random: Random,
  { domainName, sourceIp, userAgent }: Speaker,
): Record<string, string> {
  return {
    Host: domainName,
    'Sec-WebSocket-Extensions': 'permessage-deflate; client_max_window_bits',
    'Sec-WebSocket-Key': random.bytes(16).toString('base64'),
    'Sec-WebSocket-Version': '13',
    ...(userAgent === undefined ? {} : { 'User-Agent': userAgent }),
    'X-Forwarded-For': sourceIp,
    'X-Forwarded-Port': '443',
    'X-Forwarded-Proto': 'https',
  };
}

/** An instant as access logs write it, UTC: `25/Sep/2026:00:23:03 +0000`. */
export function requestTime(at: number): string {
  const [, day, month, year, time] =
    /^\w+, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(at).toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}
