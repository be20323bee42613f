import { randomUUID } from 'node:crypto';
import { type Answer, type Call, Refusal, type Refusals } from '../wire/service.ts';
import { declaration, laidOut, leaf } from '../wire/xml.ts';

export const version = '2016-11-15';
export const contentType = 'text/xml;charset=UTF-8';

/** A whole answer around the elements that an action has to say. */
export function succeed({ action }: Call, elements: readonly string[]): Answer {
  const content = [leaf('requestId', randomUUID()), ...elements].join('');
  const body = laidOut(
    `${declaration}<${action}Response xmlns="http://ec2.amazonaws.com/doc/${version}/">${content}</${action}Response>`,
  );
  return { status: 200, contentType, body };
}

/** Throws what EC2 says to those who only ask whether they may. */
export function refuseDryRun({ params }: Call): void {
  if (params.DryRun === 'true')
    throw new Refusal(412, 'DryRunOperation', 'Request would have succeeded, but DryRun flag is set.');
}

/** How EC2 words what a test makes it refuse; what it does not find, each action says itself. */
export const refusals: Omit<Refusals, 'not-found'> = {
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
};
