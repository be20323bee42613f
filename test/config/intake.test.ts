import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';

function problems(section: string): unknown {
  const result = loadConfig({ text: `intake: ${section}`, readFile: () => 'token' });
  return 'problems' in result ? result.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

const NO_TOKEN =
  'intake.token_file: the intake needs a file with a secret here, or allow_unauthenticated: true where only API Gateway can reach it';

test.each([
  ['{enabled: true}', [NO_TOKEN]],
  ['{enabled: true, token_file: ""}', ['intake.token_file: must not be empty']],
  ['{enabled: false}', []],
  ['{enabled: true, token_file: token}', []],
  ['{enabled: true, allow_unauthenticated: true}', []],
  [
    '{token_file: token, allow_unauthenticated: true}',
    ['intake.allow_unauthenticated: contradicts token_file: leave out the one or the other'],
  ],
  [
    '{enabled: yes, max_connections: 0}',
    [
      'intake.enabled: expected true or false, got "yes"',
      'intake.max_connections: must be at least 1, got 0',
    ],
  ],
  [
    '{enabled: true, max_connections: 1.5}',
    ['intake.max_connections: expected a whole number, got the number 1.5', NO_TOKEN],
  ],
  ['{listen_address: "127.0.0.1:0"}', []],
  ['{listen_address: "[::1]:10177"}', []],
  [
    '{listen_address: ":99999"}',
    ['intake.listen_address: ":99999" is not a listen address: the port must be a number from 0 to 65535'],
  ],
  ['{listen_address: 10177}', ['intake.listen_address: expected text such as ":10177", in quotes']],
])('%s', (section, expected) => {
  expect(problems(section)).toEqual(expected);
});
