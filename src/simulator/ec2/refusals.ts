import type { RefusalFault } from '../wire/faults.ts';
import { Refusal } from '../wire/service.ts';

/** EC2 knows no such endpoint in this account and region. */
export function endpointNotFound(id: string): Refusal {
  return new Refusal(400, 'InvalidClientVpnEndpointId.NotFound', `Endpoint ${id} does not exist`);
}

/** How EC2 words what a test makes it refuse. */
export const refusals: Readonly<Record<RefusalFault, Refusal>> = {
  throttled: new Refusal(503, 'RequestLimitExceeded', 'Request limit exceeded.'),
  'internal-error': new Refusal(500, 'InternalError', 'An internal error has occurred'),
  denied: new Refusal(
    403,
    'UnauthorizedOperation',
    `You are not authorized to perform this operation. Encoded authorization failure message: ${'c2ltdWxhdGVk'.repeat(40)}`,
  ),
  'auth-failure': new Refusal(
    401,
    'AuthFailure',
    'AWS was not able to validate the provided access credentials',
  ),
  expired: new Refusal(400, 'RequestExpired', 'Request has expired.'),
  'expired-token': new Refusal(400, 'ExpiredToken', 'The security token included in the request is expired'),
  'not-found': endpointNotFound('cvpn-endpoint-00000000000000000'),
};
