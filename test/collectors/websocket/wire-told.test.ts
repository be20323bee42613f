import { expect, test } from 'vitest';
import { noteCall } from '../../../src/aws/errors.ts';
import { tell } from '../../../src/collectors/websocket/wire/told.ts';

function thrown(name: string, status: number, api: string, operation: string): Error {
  const error = Object.assign(new Error('said so'), { name, $metadata: { httpStatusCode: status } });
  noteCall(error, api, operation);
  return error;
}

test.each([
  [
    'LimitExceededException',
    400,
    'logs',
    'CreateLogGroup',
    'take one that is there (--log-group), or ask AWS for more',
  ],
  ['ThrottlingException', 400, 'logs', 'DescribeLogGroups', 'run it again in a minute'],
  ['TooManyRequestsException', 429, 'apigateway', 'UpdateStage', 'run it again in a minute'],
  [
    'ConflictException',
    409,
    'apigateway',
    'UpdateIntegration',
    'somebody else changes the API at the same moment: run it again',
  ],
  [
    'NotFoundException',
    404,
    'apigateway',
    'GetStage',
    'it was deleted meanwhile, or is of another account or region',
  ],
  [
    'BadRequestException',
    400,
    'apigateway',
    'UpdateStage',
    'AWS does not take it as it is, for the reason that it gives',
  ],
  [
    'AccessDeniedException',
    403,
    'apigateway',
    'DeleteAccessLogSettings',
    'allow apigateway:DELETE to whoever wires; `describe iam-policy --for=wire` prints the policy that is needed',
  ],
  ['ExpiredTokenException', 403, 'sts', 'GetCallerIdentity', 'check the credentials of the target'],
])('%s (%i) of %s:%s says what whoever wires can do', (name, status, api, operation, remedy) => {
  const told = tell(thrown(name, status, api, operation));
  expect(told).toContain(': said so; ');
  expect(told).toContain(remedy);
});
