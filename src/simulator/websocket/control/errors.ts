import { commonRefusals } from '../../wire/json-answers.ts';
import { type Call, Refusal, type Refusals } from '../../wire/service.ts';
import { methodOf } from './paths.ts';

export function badRequest(message: string): Refusal {
  return new Refusal(400, 'BadRequestException', message);
}

export function notFound(message: string): Refusal {
  return new Refusal(404, 'NotFoundException', message);
}

function denied({ arn, region, action, params }: Call): Refusal {
  const resource = `arn:aws:apigateway:${region}::${params.path?.replace(/^\/v2/, '')}`;
  const permission = `apigateway:${methodOf(action)}`;
  const message = `User: ${arn} is not authorized to perform: ${permission} on resource: ${resource} because no identity-based policy allows the ${permission} action`;
  return new Refusal(403, 'AccessDeniedException', message);
}

export const controlRefusals: Refusals = {
  ...commonRefusals,
  throttled: new Refusal(429, 'TooManyRequestsException', 'Too Many Requests'),
  conflict: new Refusal(
    409,
    'ConflictException',
    'Unable to complete operation due to concurrent modification. Please try again later.',
  ),
  denied,
  'not-found': notFound('Invalid API identifier specified'),
};
