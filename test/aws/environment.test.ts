import { expect, test } from 'vitest';
import { environmentWarnings } from '../../src/aws/environment.ts';

test.each([
  [{}, []],
  [{ HTTPS_PROXY: '', NO_PROXY: '*', AWS_USE_FIPS_ENDPOINT: '', AWS_PROFILE: '' }, []],
  [
    { HTTPS_PROXY: 'http://user:pass@proxy:3128', no_proxy: 'x' },
    [/^HTTPS_PROXY: proxies are not supported/],
  ],
  [{ https_proxy: 'http://proxy', ALL_PROXY: 'socks://proxy' }, [/^https_proxy, ALL_PROXY: /]],
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
  [{ AWS_ACCESS_KEY_ID: 'AKIA' }, [/^AWS_ACCESS_KEY_ID is set without AWS_SECRET_ACCESS_KEY, so it/]],
  [
    { AWS_SECRET_ACCESS_KEY: 'word', AWS_ACCESS_KEY_ID: '' },
    [/^AWS_SECRET_ACCESS_KEY is set without AWS_ACC/],
  ],
])('%o', (env, expected) => {
  const warnings = environmentWarnings(env);
  expect(warnings).toHaveLength(expected.length);
  for (const [index, pattern] of expected.entries()) expect(warnings[index]).toMatch(pattern);
  expect(warnings.join()).not.toMatch(/pass|secret|word/);
});
