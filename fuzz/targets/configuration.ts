import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { eachDomain } from '../../src/collectors/index.ts';
import { loadConfig } from '../../src/config/load.ts';
import { formatProblems } from '../../src/config/problems.ts';
import { showConfig } from '../../src/config/show.ts';
import { warningsOf } from '../../src/config/warnings.ts';
import { longestIntervalMs } from '../../src/schedule/cron.ts';
import { mutated, toBuffer, toBytes } from '../mutations.ts';
import { createTarget } from '../target.ts';

/** What YAML is made of, and what this configuration is made of. */
const YAML_PIECES = [
  ...[
    ': ',
    '- ',
    '\n  ',
    '\n',
    '#',
    '&a ',
    '*a',
    '<<: *a',
    '!!binary ',
    '!!set ',
    '!a ',
    '---\n',
    '...\n',
    '%YAML 1.1\n',
  ],
  ...[
    '{',
    '}',
    '[',
    ']',
    ',',
    '"',
    "'",
    '|\n',
    '>-\n',
    '? ',
    '\t',
    '~',
    'null',
    'true',
    '.inf',
    '.nan',
    '1e400',
    '0o7',
  ],
  ...[
    '__proto__: ',
    'constructor: ',
    '"\\ud800"',
    '"\\0"',
    '&a [*a]',
    'enabled: true',
    'type: dynamodb',
    'type: file',
  ],
  ...['* * * * * *', '0 0 31 2 *', '30s', '-5m', '9999999y', '{api_id}', 'https://', '://', 'eu-west-1', '0'],
];

/** The example as it is, and with everything in it that is commented out. */
function examples(): readonly string[] {
  const example = readFileSync('config/exporter.example.yaml', 'utf8');
  const sections = example.split(/\n(?=\w)/).map((section) => section.replace(/^#: ?/gm, ''));
  return [example, ...sections, ...sections.map((section) => section.replace(/^\w+: (\[\]|\{\})\n/, ''))].map(
    toBytes,
  );
}

/** Configuration files, mistyped and damaged. */
export const configuration = createTarget({
  name: 'configuration',
  inputs: mutated(
    fc.nat(100).map((n) => all()[n % all().length] ?? ''),
    YAML_PIECES,
  ),
  open: async () => ({
    judge(bytes) {
      const text = toBuffer(bytes).toString();
      const loaded = loadConfig({ text, readFile: () => 'what a file holds' });
      if ('problems' in loaded) {
        if (loaded.problems.length === 0) throw new Error('refused without a reason');
        for (const { message, path, line = 1, column = 1 } of loaded.problems) {
          if (!/[a-z]{2}/.test(message) || /\[object|undefined|NaN|\bat file:/.test(withoutQuoted(message)))
            throw new Error(`not in words: ${path}: ${message}`);
          if (!(line > 0 && column > 0)) throw new Error(`it stands nowhere: line ${line}, column ${column}`);
        }
        formatProblems(loaded.problems, 'exporter.yaml');
        return;
      }
      const { config } = loaded;
      judgeSound(config, 'config');
      warningsOf(config);
      eachDomain((key) => {
        const { schedule, timeout, stale_after } = config[key];
        if (!(longestIntervalMs(schedule) > 0 && timeout > 0 && stale_after > 0))
          throw new Error(`${key} never passes: ${JSON.stringify(config[key])}`);
      });
      const shown = showConfig(config);
      if (shown.includes('what a file holds')) throw new Error('what a file holds is shown');
    },
    close: async () => {},
  }),
});

let found: readonly string[] | undefined;
function all(): readonly string[] {
  found ??= examples();
  return found;
}

/** Problems repeat what was given, which can be any word. */
function withoutQuoted(message: string): string {
  return message.replace(/"(?:[^"\\]|\\.)*"/g, '').replace(/unknown key, did you mean .*/, '');
}

function judgeSound(value: unknown, where: string): void {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${where} is ${value}`);
  if (typeof value === 'string' && !value.isWellFormed()) throw new Error(`${where} holds half a character`);
  if (typeof value !== 'object' || value === null) return;
  for (const [key, member] of Object.entries(value)) judgeSound(member, `${where}.${key}`);
}
