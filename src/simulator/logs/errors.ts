import { type Answer, type Call, Refusal, type Refusals } from '../wire/service.ts';

const contentType = 'application/x-amz-json-1.1';

export function answerLogs(value: unknown): Answer {
  return { status: 200, contentType, body: JSON.stringify(value) };
}

/** A refusal in words of CloudWatch Logs; where authorization said it, in `Message` with a capital M. */
export function refuseLogs({ status, code, message }: Refusal): Answer {
  const words = code === 'AccessDeniedException' ? { Message: message } : { message };
  return { ...answerLogs({ __type: code, ...words }), status };
}

export function invalid(message: string): Refusal {
  return new Refusal(400, 'InvalidParameterException', message);
}

/** One validation error in the words in which AWS counts them. */
export function violates(name: string, value: unknown, constraint: string): Refusal {
  return invalid(
    `1 validation error detected: Value '${String(value)}' at '${name}' failed to satisfy constraint: Member must ${constraint}`,
  );
}

export const groupNotFound = new Refusal(
  400,
  'ResourceNotFoundException',
  'The specified log group does not exist.',
);

export const throttled = new Refusal(400, 'ThrottlingException', 'Rate exceeded');

/** Denials name the group, and a log stream that nobody asked for. */
function denied({ arn, action, region, accountId, params }: Call): Refusal {
  const group = params.logGroupName ?? '';
  const resource = `arn:aws:logs:${region}:${accountId}:log-group:${group}:log-stream:`;
  const message =
    `User: ${arn} is not authorized to perform: logs:${action} on resource: ${resource}` +
    ` because no identity-based policy allows the logs:${action} action`;
  return new Refusal(400, 'AccessDeniedException', message);
}

export const logsRefusals: Refusals = {
  throttled,
  denied,
  'internal-error': new Refusal(500, 'InternalFailure', 'An internal failure has occurred'),
  'auth-failure': new Refusal(
    400,
    'UnrecognizedClientException',
    'The security token included in the request is invalid.',
  ),
  expired: new Refusal(400, 'InvalidSignatureException', 'Signature expired'),
  'expired-token': new Refusal(
    400,
    'ExpiredTokenException',
    'The security token included in the request is expired',
  ),
  'not-found': groupNotFound,
};

/** Only groups of the class STANDARD can be filtered, and no group can change its class. */
export function wrongClass(name: string, group: string): Refusal {
  return new Refusal(
    400,
    'InvalidOperationException',
    `The log group ${name} is of log-group-class ${group}. FilterLogEvents is not supported for this log class.`,
  );
}
