import { getSystemErrorMap } from 'node:util';
import { expect, test } from 'vitest';
import { explain, noteCall, noteTrouble, toCallError } from '../../src/aws/errors.ts';

const error = (name: string, httpStatusCode?: number, message = 'said AWS') =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode } });
const nodeError = (code: string) => Object.assign(new Error(`connect ${code}`), { code });

test.each([
  [error('RequestLimitExceeded', 503), 'throttled'],
  [error('EC2ThrottledException', 503), 'throttled'],
  [error('ThrottlingException', 400), 'throttled'],
  [error('Unknown', 429), 'throttled'],
  [error('UnauthorizedOperation', 403), 'denied'],
  [error('AuthFailure', 401), 'denied'],
  [error('ExpiredToken', 403), 'denied'],
  [error('RequestExpired', 400), 'denied'],
  [error('CredentialsProviderError'), 'denied'],
  [error('OptInRequired', 401), 'denied'],
  [error('InvalidClientVpnEndpointId.NotFound', 400), 'not_found'],
  [error('GoneException', 410), 'gone'],
  [error('Unknown', 410), 'gone'],
  [error('AccessDeniedException', 403), 'denied'],
  [error('ForbiddenException', 403), 'denied'],
  [error('BadRequestException', 400), 'invalid'],
  [error('LimitExceededException', 429), 'throttled'],
  [error('TooManyRequestsException', 429), 'throttled'],
  [error('ProvisionedThroughputExceededException', 400), 'throttled'],
  [error('NotFoundException', 404), 'not_found'],
  [error('ResourceNotFoundException', 400), 'not_found'],
  [error('ValidationException', 400), 'invalid'],
  [error('InvalidParameterValue', 400), 'invalid'],
  [error('InvalidPaginationToken', 400), 'invalid'],
  [error('NeverHeardOf', 400), 'invalid'],
  [error('TimeoutError'), 'timeout'],
  [error('AbortError'), 'timeout'],
  [error('Unknown', 503), 'unavailable'],
  [error('InternalError', 500), 'unavailable'],
  [error('BrokenAnswer', 200), 'unavailable'],
  [nodeError('ECONNRESET'), 'unavailable'],
  [Object.assign(error('TimeoutError', undefined, 'read ECONNRESET'), { code: 'ECONNRESET' }), 'unavailable'],
  [Object.assign(error('TimeoutError', undefined, 'write EPIPE'), { code: 'EPIPE' }), 'unavailable'],
  [Object.assign(error('TimeoutError'), { code: 'ETIMEDOUT' }), 'timeout'],
  [nodeError('ECONNREFUSED'), 'unavailable'],
  [nodeError('ENOTFOUND'), 'unavailable'],
  [nodeError('SELF_SIGNED_CERT_IN_CHAIN'), 'unavailable'],
  [nodeError('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'unavailable'],
  [nodeError('DEPTH_ZERO_SELF_SIGNED_CERT'), 'unavailable'],
  [nodeError('CERT_HAS_EXPIRED'), 'unavailable'],
  [nodeError('ERR_TLS_CERT_ALTNAME_INVALID'), 'unavailable'],
  [nodeError('UNABLE_TO_GET_ISSUER_CERT_LOCALLY'), 'unavailable'],
  [nodeError('ERR_SSL_WRONG_VERSION_NUMBER'), 'unavailable'],
  [nodeError('EPROTO'), 'unavailable'],
  [nodeError('INVALID_CA'), 'unavailable'],
  [nodeError('HPE_INVALID_CONSTANT'), 'unavailable'],
  [nodeError('EMFILE'), 'unavailable'],
  [nodeError('ENOBUFS'), 'unavailable'],
  [nodeError('EADDRNOTAVAIL'), 'unavailable'],
  [nodeError('EACCES'), 'unavailable'],
  [nodeError('ESERVFAIL'), 'unavailable'],
  [nodeError('EAI_AGAIN'), 'unavailable'],
  [nodeError('EAI_FAIL'), 'unavailable'],
  [nodeError('ETIMEOUT'), 'timeout'],
  [nodeError('ERR_SOCKET_CONNECTION_TIMEOUT'), 'timeout'],
  [nodeError('ERR_STREAM_PREMATURE_CLOSE'), 'unavailable'],
  [nodeError('ERR_STREAM_DESTROYED'), 'unavailable'],
  [nodeError('ERR_SOCKET_CLOSED_BEFORE_CONNECTION'), 'unavailable'],
  [nodeError('ERR_INVALID_URL'), 'invalid'],
  [nodeError('ERR_INVALID_CHAR'), 'invalid'],
  [nodeError('ERR_UNESCAPED_CHARACTERS'), 'invalid'],
  [nodeError('ERR_OSSL_PEM_NO_START_LINE'), 'invalid'],
  [nodeError('ENOENT'), 'invalid'],
  [nodeError('ERR_INVALID_ARG_TYPE'), 'other'],
  [new Error('@aws-sdk XML parse error: unexpected end of input.'), 'unavailable'],
  [
    Object.assign(new RangeError('Maximum call stack'), { $metadata: { httpStatusCode: 200 } }),
    'unavailable',
  ],
  [new RangeError('a bug of ours'), 'other'],
  [new Error('listing connections', { cause: error('AuthFailure', 401) }), 'denied'],
  [new Error('a bug of ours'), 'other'],
  ['not even an error', 'other'],
  [undefined, 'other'],
])('%s is %s', (thrown, expected) => {
  expect(toCallError(thrown)).toBe(expected);
});

test('a denial names the action and where the policy is', () => {
  const denied = error(
    'UnauthorizedOperation',
    403,
    'You are not authorized to perform this operation. Encoded authorization failure message: dGhpcyBpcyBub3QgZm9yIHBlb3BsZQ',
  );
  noteCall(denied, 'ec2', 'DescribeClientVpnConnections');
  expect(explain(new Error('listing connections', { cause: denied }))).toBe(
    'ec2:DescribeClientVpnConnections failed (UnauthorizedOperation, HTTP 403): You are not authorized to perform this ' +
      'operation; allow the action in the IAM policy; `describe iam-policy` prints the policy that is needed',
  );
});

test('whoever asks can know better what to do', () => {
  const throttled = error('TooManyRequestsException', 429, 'Too Many Requests');
  noteCall(throttled, 'apigateway', 'UpdateStage');
  expect(explain(noteTrouble(throttled, { remedy: 'run it again', hint: 'or not' }))).toBe(
    'apigateway:PATCH failed (TooManyRequestsException, HTTP 429): Too Many Requests; run it again; or not',
  );
});

test('a reset is told as one, though the SDK gives it the name of a timeout', () => {
  const reset = Object.assign(error('TimeoutError', undefined, 'read ECONNRESET'), { code: 'ECONNRESET' });
  expect(explain(reset)).toMatch(/^the call failed \(ECONNRESET\): read ECONNRESET; it mostly passes/);
});

test.each(
  [...getSystemErrorMap().values()]
    .map(([code]) => code)
    .filter((code) =>
      /^(E(AI_|CONN|HOST|NET|ADDR|MFILE|NFILE|NOBUFS|NOMEM|TIMEDOUT|ACCES|PERM|PIPE|PROTO$))/.test(code),
    ),
)('what the system says of sockets is never taken for a bug: %s', (code) => {
  expect(toCallError(nodeError(code))).toMatch(/^(unavailable|timeout)$/);
});

test('of several addresses that cannot be reached the first is told', () => {
  const refused = (address: string) => new Error(`connect ECONNREFUSED ${address}`);
  const errors = [refused('::1:443'), refused('127.0.0.1:443')];
  const none = Object.assign(new AggregateError(errors), { code: 'ECONNREFUSED' });
  expect(toCallError(none)).toBe('unavailable');
  expect(explain(none)).toContain('connect ECONNREFUSED ::1:443');
});

test('the action that AWS itself names wins', () => {
  const denied = error(
    'AccessDenied',
    403,
    'User: x is not authorized to perform: sts:AssumeRole on resource: y',
  );
  noteCall(denied, 'sts', 'GetCallerIdentity');
  expect(explain(denied)).toMatch(/^sts:AssumeRole failed/);
});

test('a denied look-up names the action and the resource as IAM knows them, others do not', () => {
  const denied = (name: string, api: string, operation: string) => {
    const thrown = error(name, 403);
    noteCall(thrown, api, operation);
    return explain(thrown);
  };
  const resource = '<stage>/GET/@connections/*';
  const lookUp = denied('AccessDeniedException', 'execute-api', 'GetConnection');
  expect(lookUp).toMatch(/^execute-api:ManageConnections failed/);
  expect(lookUp).toContain(resource);
  expect(denied('AccessDeniedException', 'apigateway', 'GetApis')).toMatch(/^apigateway:GET failed/);
  expect(denied('AccessDeniedException', 'apigateway', 'UpdateStage')).toMatch(/^apigateway:PATCH failed/);
  expect(denied('AccessDeniedException', 'apigateway', 'CreateDeployment')).toMatch(
    /^apigateway:POST failed/,
  );
  expect(denied('AccessDeniedException', 'apigateway', 'DeleteAccessLogSettings')).toMatch(
    /^apigateway:DELETE failed/,
  );
  expect(denied('AccessDeniedException', 'dynamodb', 'Scan')).toMatch(/^dynamodb:Scan failed/);
  expect(denied('AccessDeniedException', 'dynamodb', 'Scan')).not.toContain(resource);
});

test.each([
  [error('AuthFailure', 401), 'clock'],
  [error('ExpiredToken', 400), 'expired'],
  [error('CredentialsProviderError'), 'no usable credentials'],
  [nodeError('ENOTFOUND'), 'could not be reached'],
  [nodeError('SELF_SIGNED_CERT_IN_CHAIN'), 'ca_bundle'],
  [error('TimeoutError'), 'request_timeout'],
  [error('Unknown', 503), 'AWS or a proxy'],
  [error('BrokenAnswer', 200, 'the answer broke off after 12 bytes'), 'broke off after 12 bytes'],
])('%s comes with a remedy', (thrown, remedy) => {
  expect(explain(thrown)).toContain(remedy);
});

test.each([
  'The request signature we calculated does not match. Credential=AKIAIOSFODNN7EXAMPLE/20260101/eu-west-1/ec2/aws4_request',
  'x-amz-security-token: FwoGZXIvYXdzEJr//////////wEaDOtherSecretStuff, host',
  'Authorization: AWS4-HMAC-SHA256 FwoGZXIvYXdzEJr',
  `SecretAccessKey = FwoGZXIvYXdzEJr`,
  `first line\nFwoGZXIvYXdzEJr AKIAIOSFODNN7EXAMPLE`,
  `key AKIAIOSFODNN7EXAMPLE is disabled`,
  `blob ${'FwoGZXIvYXdzEJr'.repeat(10)}`,
])('secrets are left out of: %s', (message) => {
  const text = explain(error('SignatureDoesNotMatch', 403, message));
  expect(text).not.toContain('AKIAIOSFODNN7EXAMPLE');
  expect(text).not.toContain('FwoGZXIvYXdzEJr');
});

test.each([
  ['a blank message', 'x', `a${' '.repeat(1_000_000)}b`],
  ['one word', 'x', 'a'.repeat(1_000_000)],
  ['words that look like secrets', 'x', 'Token'.repeat(200_000)],
  ['a name', `${'_CERT'.repeat(200_000)}!`, 'x'],
])('however long %s is, it is read at once and cut', (_, name, message) => {
  const thrown = error(name, 400, message);
  expect(toCallError(thrown)).toBe('invalid');
  expect(explain(thrown).length).toBeLessThan(600);
});

test('a secret that begins where reading ends is left out', () => {
  const text = explain(error('X', 400, `${'A'.repeat(1_980)} FwoGZXIvYXdzEJrFwoGZXIvYXdzEJr`));
  expect(text).not.toContain('FwoG');
});

const RESOURCE = 'arn:aws:execute-api:eu-west-1:111122223333:a1b2c3d4e5/prod/GET/@connections/';

test.each(['L0SM9cOFvHcCIhw=', 'L0SM9cOFvHcCIhw%3D', 'L0SM9cOFvHcCIhw%3d', 'L0SM9cOFvHcCIhw'])(
  'the connection in an ARN is left out, and nothing else of it: %s',
  (id) => {
    const text = explain(
      error('AccessDeniedException', 403, `not authorized on resource: ${RESOURCE}${id} because`),
    );
    expect(text).toContain(`${RESOURCE}[id] because`);
    expect(text).not.toContain('L0SM9c');
  },
);

test.each(['{connectionId}', '*'])('what is no id stays: @connections/%s', (placeholder) => {
  const text = explain(error('AccessDeniedException', 403, `on resource: ${RESOURCE}${placeholder} because`));
  expect(text).toContain(`${RESOURCE}${placeholder} because`);
});
