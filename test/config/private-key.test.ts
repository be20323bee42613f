import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { formatProblems } from '../../src/config/problems.ts';
import { KEY } from '../support/certificate.ts';

const [, line = ''] = KEY.split('\n');
const indented = KEY.trimEnd().replaceAll('\n', '\n    ');

test.each([
  ['where a list should be', `targets: |\n    ${indented}\n`],
  ['for one of a few words', `client_vpn:\n  identity: |\n    ${indented}\n`],
  ['for a duration', `aws:\n  connect_timeout: |\n    ${indented}\n`],
  ['as a key', `? |\n    ${indented}\n: 1\n`],
  ['as a key, twice', `? |\n    ${indented}\n: 1\n? |\n    ${indented}\n: 1\n`],
])('a private key %s is told of and not shown', (_, text) => {
  const loaded = loadConfig({ text, readFile: () => '' });
  const problems = 'problems' in loaded ? formatProblems(loaded.problems, 'exporter.yaml') : '';
  expect(problems).toMatch(/^exporter.yaml:\d/);
  expect(problems).not.toContain(line.slice(4, 30));
});

test('a key that holds line ends is told of in one line', () => {
  const loaded = loadConfig({ text: '"a\\nb": 1\n', readFile: () => '' });
  const problems = 'problems' in loaded ? formatProblems(loaded.problems, 'exporter.yaml') : '';
  expect(problems).toMatch(/^exporter.yaml:1: a\\nb: unknown key, did you mean \w+\?$/);
});

test('an escape that is none is told of in one line with the line end after it', () => {
  const loaded = loadConfig({ text: 'aws: "\\U\n', readFile: () => '' });
  const problems = 'problems' in loaded ? formatProblems(loaded.problems, 'exporter.yaml') : '';
  expect(problems.split('\n')).toEqual([
    'exporter.yaml:1:7: Invalid escape sequence \\U\\n',
    expect.stringMatching(/^exporter.yaml:\d/),
  ]);
});
