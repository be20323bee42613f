import { expect, test } from 'vitest';
import { environmentWarnings } from '../../src/aws/environment.ts';

test.each([
  [{}, []],
  [{ HTTPS_PROXY: 'http://proxy:3128', AWS_USE_FIPS_ENDPOINT: '', AWS_PROFILE: '' }, []],
  [{ AWS_USE_FIPS_ENDPOINT: 'true', AWS_USE_DUALSTACK_ENDPOINT: 'false' }, []],
  [
    { AWS_USE_FIPS_ENDPOINT: 'True' },
    [/^AWS_USE_FIPS_ENDPOINT=True: .*FIPS endpoints are not used; write true$/],
  ],
  [{ AWS_USE_DUALSTACK_ENDPOINT: '1' }, [/^AWS_USE_DUALSTACK_ENDPOINT=1: /]],
  [
    { AWS_PROFILE: 'ops', AWS_ACCESS_KEY_ID: 'AKIA', AWS_SECRET_ACCESS_KEY: 'secret' },
    [/^AWS_PROFILE=ops: it counts/],
  ],
  [{ AWS_WEB_IDENTITY_TOKEN_FILE: '/t', AWS_ROLE_ARN: 'arn' }, []],
  [{ AWS_WEB_IDENTITY_TOKEN_FILE: '/t' }, [/^AWS_WEB_IDENTITY_TOKEN_FILE is set without AWS_ROLE_ARN, so/]],
  [{ AWS_ACCESS_KEY_ID: 'AKIA' }, [/^AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY, so it/]],
  [
    { AWS_SECRET_ACCESS_KEY: 'word', AWS_ACCESS_KEY_ID: '' },
    [/^AWS_SECRET_ACCESS_KEY is set without AWS_ACC/],
  ],
])('%o', (env, expected) => {
  const warnings = environmentWarnings(env);
  expect(warnings).toHaveLength(expected.length);
  for (const [index, pattern] of expected.entries()) expect(warnings[index]).toMatch(pattern);
  expect(warnings.join()).not.toMatch(/secret|word/);
});
