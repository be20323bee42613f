import { Refusal } from '../wire/service.ts';
import type { ProxyEvent } from './proxy-event.ts';

/** What `$context` knows of one request, by the names after `$context.`; what is not there is written as `-`. */
export type ContextValues = Readonly<Record<string, string | number | undefined>>;

/** The format that AWS' documentation shows for JSON, with what a reader of connections needs. */
export const JSON_FORMAT =
  '{"requestId":"$context.requestId","apiId":"$context.apiId","stage":"$context.stage","eventType":"$context.eventType",' +
  '"routeKey":"$context.routeKey","status":"$context.status","connectionId":"$context.connectionId",' +
  '"connectedAt":"$context.connectedAt","requestTimeEpoch":"$context.requestTimeEpoch","sourceIp":"$context.identity.sourceIp"}';

/** What the console of API Gateway offers as JSON. */
export const CONSOLE_JSON_FORMAT =
  '{ "requestId":"$context.requestId", "ip": "$context.identity.sourceIp", "caller":"$context.identity.caller",' +
  ' "user":"$context.identity.user","requestTime":"$context.requestTime", "eventType":"$context.eventType",' +
  '"routeKey":"$context.routeKey", "status":"$context.status","connectionId":"$context.connectionId" }';

/** What the console of API Gateway offers as CLF, the format of web servers. */
export const CLF_FORMAT =
  '$context.identity.sourceIp $context.identity.caller $context.identity.user [$context.requestTime] ' +
  '"$context.eventType $context.routeKey $context.connectionId" $context.status $context.requestId';

const variable = /\$(?:context\.([\w.-]+)|\{context\.([^}]*)\})/g;

/** A row in this format: every variable by its value as it is, without any escaping. */
export function writeRow(format: string, values: ContextValues): string {
  return format.replace(variable, (_, bare?: string, braced?: string) => {
    const value = values[bare ?? braced ?? ''];
    return value === undefined || value === '' ? '-' : String(value);
  });
}

/** Throws what AWS says of a format that it does not take; names that it does not know are none of its concerns. */
export function checkFormat(format: string): void {
  if (/[\r\n]/.test(format)) throw refuse(`Access Log format must be single line: '${format}'`);
  const names = [...format.matchAll(variable)].map(([, bare, braced]) => bare ?? braced);
  if (names.includes('requestId') || names.includes('extendedRequestId')) return;
  throw refuse(
    `Access Log format must include either $context.requestId or $context.extendedRequestId : '${format}'`,
  );
}

function refuse(problem: string): Refusal {
  const message = `The following errors are found in Access Log Format: ${problem}`;
  return new Refusal(400, 'BadRequestException', message);
}

/** What `$context` knows of an event that a Lambda function could have been told of. */
export function contextOf({ requestContext }: ProxyEvent, more: ContextValues): ContextValues {
  const { identity, disconnectStatusCode, disconnectReason, messageDirection, ...context } = requestContext;
  return {
    ...context,
    'identity.sourceIp': identity.sourceIp,
    'identity.userAgent': identity.userAgent,
    ...more,
  };
}
