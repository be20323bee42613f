import { type Answer, type Call, Refusal, type Refusals } from '../wire/service.ts';

const contentType = 'application/x-amz-json-1.0';

export function answerSqs(value: unknown): Answer {
  return { status: 200, contentType, body: JSON.stringify(value) };
}

/** The names that errors had in the Query protocol, for clients that still know them by those. */
const queryNames: Readonly<Record<string, string>> = {
  QueueDoesNotExist: 'AWS.SimpleQueueService.NonExistentQueue',
  TooManyEntriesInBatchRequest: 'AWS.SimpleQueueService.TooManyEntriesInBatchRequest',
  EmptyBatchRequest: 'AWS.SimpleQueueService.EmptyBatchRequest',
  BatchEntryIdsNotDistinct: 'AWS.SimpleQueueService.BatchEntryIdsNotDistinct',
  InvalidBatchEntryId: 'AWS.SimpleQueueService.InvalidBatchEntryId',
  UnsupportedOperation: 'AWS.SimpleQueueService.UnsupportedOperation',
  AccessDeniedException: 'AccessDenied',
  UnrecognizedClientException: 'InvalidClientTokenId',
  ExpiredTokenException: 'ExpiredToken',
};

/** Errors of the house that every service of its kind has, and not of SQS itself. */
const common: ReadonlySet<string> = new Set([
  'AccessDeniedException',
  'UnrecognizedClientException',
  'ExpiredTokenException',
  'InvalidSignatureException',
  'InternalFailure',
]);

/** A refusal in words of SQS: its type with its model's name, and in a header as the Query protocol called it. */
export function refuseSqs({ status, code, message }: Refusal): Answer {
  const model = common.has(code) ? 'com.amazon.coral.service' : 'com.amazonaws.sqs';
  const words = code === 'AccessDeniedException' ? { Message: message } : { message };
  const fault = status < 500 ? 'Sender' : 'Receiver';
  return {
    ...answerSqs({ __type: `${model}#${code}`, ...words }),
    status,
    headers: { 'x-amzn-query-error': `${queryNames[code] ?? code};${fault}` },
  };
}

export const noQueue = new Refusal(400, 'QueueDoesNotExist', 'The specified queue does not exist.');

export function badValue(value: unknown, name: string, reason: string): Refusal {
  const message = `Value ${String(value)} for parameter ${name} is invalid. Reason: ${reason}.`;
  return new Refusal(400, 'InvalidParameterValue', message);
}

export function missing(name: string): Refusal {
  return new Refusal(400, 'MissingParameter', `The request must contain the parameter ${name}.`);
}

export function badHandle(handle: string): Refusal {
  const message = `The input receipt handle "${handle}" is not a valid receipt handle.`;
  return new Refusal(400, 'ReceiptHandleIsInvalid', message);
}

/** What a caller is told who may not; with `resource`, the queue of somebody else who did not let him. */
export function denied({ arn, action, region, accountId, params }: Call, owner = accountId): Refusal {
  const name = `sqs:${action.replace(/Batch$/, '').toLowerCase()}`;
  const resource = `arn:aws:sqs:${region}:${owner}:${params.queue ?? ''}`;
  const policy = owner === accountId ? 'identity-based' : 'resource-based';
  const message = `User: ${arn} is not authorized to perform: ${name} on resource: ${resource} because no ${policy} policy allows the ${name} action`;
  return new Refusal(403, 'AccessDeniedException', message);
}

export const sqsRefusals: Refusals = {
  throttled: new Refusal(400, 'RequestThrottled', 'The request was denied due to request throttling.'),
  denied: (call) => denied(call),
  'internal-error': new Refusal(500, 'InternalFailure', 'An internal failure has occurred'),
  'auth-failure': new Refusal(
    403,
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
  ),
  expired: new Refusal(403, 'InvalidSignatureException', 'Signature expired'),
  'expired-token': new Refusal(
    403,
    'ExpiredTokenException',
    'The security token included in the request is expired',
  ),
  'not-found': noQueue,
};
