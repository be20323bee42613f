import type { RefusalFault } from './faults.ts';
import { type Answer, Refusal } from './service.ts';

/** An answer of a JSON service with these headers beside the usual. */
export function answerJson(body: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, contentType: 'application/json', body, headers };
}

/** A refusal of a JSON service: its name in a header; where authorization said it, its words in `Message` with a capital M. */
export function refuseJson({ status, code, message }: Refusal): Answer {
  const body = JSON.stringify(code === 'AccessDeniedException' ? { Message: message } : { message });
  return { ...answerJson(body, { 'x-amzn-ErrorType': code }), status };
}

/** What both services of API Gateway say alike when a fault makes them refuse. */
export const commonRefusals: Readonly<
  Record<Extract<RefusalFault, 'internal-error' | 'auth-failure' | 'expired' | 'expired-token'>, Refusal>
> = {
  'internal-error': new Refusal(500, 'InternalServerErrorException', 'Internal server error'),
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
};
