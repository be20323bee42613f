import { expect, test } from 'vitest';
import { parseArgs } from '../../src/cli/args.ts';
import { commands } from '../../src/cli/commands.ts';
import { type FlagName, flags, variableOf } from '../../src/cli/flags.ts';
import { helpText } from '../../src/cli/help.ts';

const names = Object.keys(flags) as FlagName[];
const pages = [helpText(), ...commands.map((command) => helpText(command))];

test('no line is wider than 100 columns or ends in a space', () => {
  const lines = pages.flatMap((page) => page.split('\n'));
  expect(lines.filter((line) => line.length > 100 || line.endsWith(' '))).toEqual([]);
});

test('the overview names every command, flag and variable', () => {
  const words = new Set(helpText().split(/[\s,=]+/));
  const wanted = [
    ...commands,
    ...names.flatMap((name) => [`--${name}`, variableOf(name)?.replace(/^/, '$') ?? []].flat()),
  ];
  expect(wanted.filter((word) => !words.has(word))).toEqual([]);
});

test.each(commands)('the help of %s names the flags that have a meaning for it, and no others', (command) => {
  const [, list = ''] = /^Flags:\n([\s\S]*?)\n\n/m.exec(helpText(command)) ?? [];
  const named = [...list.matchAll(/^ {2}--([\w.-]+)/gm)].map(([, name]) => name);
  const where: Readonly<Record<string, { readonly commands: readonly string[] }>> = flags;
  expect(named).toEqual(names.filter((name) => where[name]?.commands.includes(command)));
});

test('every example is understood', () => {
  const examples = pages.flatMap((page) => [...page.matchAll(/^ {2}aws-connections-exporter (.*)$/gm)]);
  expect(examples.length).toBeGreaterThanOrEqual(2 * commands.length);
  const words = examples.map(([, line = '']) => line.replace(/ > .*/, '').split(' '));
  expect(words.map((argv) => parseArgs(argv, {})).filter((args) => 'error' in args)).toEqual([]);
});

test('the help of one command reads well', () => {
  expect(
    helpText('check'),
  ).toBe(`Check the configuration file, print every problem; with --aws also permissions.

Usage: aws-connections-exporter check [flags]

Flags:
  --config.file=PATH
      Configuration file (YAML). Without one every Client VPN endpoint in the region of the
      default credential chain is polled.
      $AWS_CONNECTIONS_EXPORTER_CONFIG_FILE
  --web.config.file=PATH
      File with TLS, users, headers and a rate limit of the HTTP port, in the format of all
      Prometheus exporters.
      $AWS_CONNECTIONS_EXPORTER_WEB_CONFIG_FILE
  --log.level=debug|info|warn|error
      Least severity that is logged, on stderr. Default: info.
      $AWS_CONNECTIONS_EXPORTER_LOG_LEVEL
  --log.format=logfmt|json
      Form of the log lines. Default: logfmt.
      $AWS_CONNECTIONS_EXPORTER_LOG_FORMAT
  --aws
      Ask AWS as well for each permission that the configuration needs. Changes nothing there.
  --version
      Print the version.
  --help, -h
      Print this help.

Examples:
  aws-connections-exporter check --config.file=exporter.yaml --aws

Exit code:
  0 if all is good, else 1; 2 if the line is not understood
`);
});
