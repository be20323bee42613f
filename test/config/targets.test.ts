import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { formatProblems } from '../../src/config/problems.ts';

function load(text: string) {
  const readFile = () => '';
  return loadConfig({ text, readFile });
}

function names(text: string) {
  const result = load(text);
  return 'config' in result ? result.config.targets.map(({ name }) => name) : result.problems;
}

function problems(text: string): string {
  const result = load(text);
  return 'problems' in result ? formatProblems(result.problems, 'file') : '';
}

test('a target without a name is named after the rest', () => {
  const text = `
targets:
  - {}
  - regions: [eu-west-1, us-east-1]
  - profile: network
    regions: [us-gov-west-1]
  - role_arn: arn:aws-cn:iam::111122223333:role/path/to/exporter
  - account_id: "444455556666"
  - name: mine
`;
  expect(names(text)).toEqual([
    'default',
    'eu-west-1+us-east-1',
    'network/us-gov-west-1',
    '111122223333/exporter',
    '444455556666',
    'mine',
  ]);
});

test('names that differ by half a character only are the same: series could not tell them apart', () => {
  expect(
    problems('targets:\n- {name: "a\\uD800"}\n- {name: "a\\uDFFF"}\n- {name: "a\\uD83D\\uDE00"}\n'),
  ).toBe('file:3: targets[1].name: the name "a\ufffd" is taken by targets[0]; each target needs its own');
});

test('names are unique, given or made', () => {
  expect(problems('targets:\n- {name: a}\n- {name: b}\n- {name: a}\n- {}\n- {}\n')).toBe(
    'file:4: targets[2].name: the name "a" is taken by targets[0]; each target needs its own\n' +
      'file:6: targets[4].name: the name "default" is taken by targets[3]; each target needs its own',
  );
});

test.each([
  'arn:aws:iam::1111:role/x',
  'arn:aws:iam::111122223333:user/x',
  'x',
  'arn:aws:iam::111122223333:role/',
])('%s is no role', (arn) => {
  expect(problems(`targets: [{role_arn: "${arn}"}]`)).toBe(
    'file:1: targets[0].role_arn: expected the ARN of a role, such as arn:aws:iam::111122223333:role/exporter',
  );
});

test('an account id that is not the role’s is refused, the role’s own is not', () => {
  const role = 'role_arn: arn:aws:iam::111122223333:role/x';
  expect(names(`targets: [{${role}, account_id: "111122223333"}]`)).toEqual(['111122223333/x']);
  expect(problems(`targets: [{${role}, account_id: "444455556666"}]`)).toBe(
    'file:1: targets[0].account_id: is not the account of role_arn',
  );
});

test.each([
  ['"1111"', 'expected an account id of 12 digits, got "1111"'],
  ['true', 'expected an account id of 12 digits in quotes, got true'],
])('account_id: %s is refused', (value, message) => {
  expect(problems(`targets: [{account_id: ${value}}]`)).toBe(`file:1: targets[0].account_id: ${message}`);
});

test.each(['eu-west-1', 'us-gov-west-1', 'ap-southeast-5', 'cn-north-1', 'us-iso-east-1', 'eusc-de-east-1'])(
  '%s is a region',
  (region) => {
    expect(problems(`targets: [{regions: [${region}]}]`)).toBe('');
  },
);
