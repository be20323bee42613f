import { expect, test } from 'vitest';
import { acceptsGzip } from '../../src/server/accept-encoding.ts';

test.each([
  [undefined, false],
  ['', false],
  ['gzip', true],
  ['GZIP', true],
  ['x-gzip', true],
  ['deflate, gzip;q=1.0, *;q=0.5', true],
  ['identity;q=1, gzip; q=0.001', true],
  ['gzip;q=0', false],
  ['gzip; q=0.000, deflate', false],
  ['*', true],
  ['*;q=0', false],
  ['gzip;q=0, *', false],
  ['identity', false],
  ['br, deflate', false],
  ['gzip;q=x', false],
  ['not-gzip', false],
])('Accept-Encoding: %s', (header, accepted) => {
  expect(acceptsGzip(header)).toBe(accepted);
});
