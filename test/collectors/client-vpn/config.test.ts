import { expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.ts';

function problems(section: string): unknown {
  const result = loadConfig({ text: `client_vpn: ${section}`, readFile: () => 'key' });
  return 'problems' in result ? result.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

test.each([
  ['{identity: hash}', ['client_vpn.identity_key_file: identity: hash needs a file with a secret key here']],
  ['{identity: hash, identity_key_file: key}', []],
  [
    '{identity: drop, users: {enabled: true}}',
    [
      'client_vpn.users.enabled: identity: drop leaves no names to make series of; use identity: hash, or leave users off',
    ],
  ],
  ['{identity: drop, users: {enabled: false}, connections: {enabled: true}}', []],
  ['{endpoints: [cvpn-endpoint-123456789123abcde]}', []],
  [
    '{endpoints: [cvpn-endpoint-1, cvpn-endpoint-1]}',
    ['client_vpn.endpoints[1]: "cvpn-endpoint-1" is already in the list'],
  ],
  ['{filters: [{name: username, values: [""]}]}', ['client_vpn.filters[0].values[0]: must not be empty']],
  ['{filters: [{name: username}]}', ['client_vpn.filters[0].values: expected a list, got nothing']],
])('%s', (section, expected) => {
  expect(problems(section)).toEqual(expected);
});

test('problems between keys are told beside others', () => {
  expect(problems('{identity: hash, page_size: 5.5, concurency: 1, schedule: "0 0 * * * *"}')).toEqual(
    expect.arrayContaining([
      'client_vpn.identity_key_file: identity: hash needs a file with a secret key here',
      'client_vpn.page_size: expected a whole number, got the number 5.5',
      'client_vpn.concurency: unknown key, did you mean concurrency?',
      'client_vpn.stale_after: must be at least two schedule intervals plus timeout: 2 × 1h + 5m = 2h5m, got 10m',
    ]),
  );
});

test.each([
  ['{schedule: "*/30 * * * * *", timeout: 5m, stale_after: 6m}', []],
  [
    '{schedule: "*/30 * * * * *", timeout: 5m, stale_after: 359s}',
    [
      'client_vpn.stale_after: must be at least two schedule intervals plus timeout: 2 × 30s + 5m = 6m, got 5m59s',
    ],
  ],
])('stale_after has a least value: %s', (section, expected) => {
  expect(problems(section)).toEqual(expected);
});
