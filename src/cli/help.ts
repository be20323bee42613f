import { type Command, commands, topicsOf } from './commands.ts';
import { type Flag, onlyFor } from './flag.ts';
import { type FlagName, flags, variableOf } from './flags.ts';

const PROGRAM = 'aws-connections-exporter';
const WIDTH = 96;
const INDENT = 6;

interface About {
  readonly does: string;
  readonly exit: string;
  readonly examples: readonly string[];
}

const about: Readonly<Record<Command, About>> = {
  serve: {
    does: 'Poll AWS on a schedule and serve /metrics to Prometheus, until SIGTERM or SIGINT.',
    exit: '0, or 1 if it cannot start',
    examples: ['--config.file=exporter.yaml', '--web.listen-address=127.0.0.1:10176 --storage.path='],
  },
  once: {
    does: 'Poll everything once and print the metrics.',
    exit: '0 if every endpoint succeeded, else 1 (what succeeded is printed)',
    examples: ['--storage.path= > metrics.txt'],
  },
  check: {
    does: 'Check the configuration file, print every problem; with --aws also permissions.',
    exit: '0 if all is good, else 1',
    examples: ['--config.file=exporter.yaml --aws'],
  },
  connections: {
    does: 'List the Client VPN connections, live ones first.',
    exit: '0, or 1 if AWS cannot be read',
    examples: ['--status=active', '--user=alice --output=json'],
  },
  demo: {
    does: 'Run against a bundled simulator of AWS: needs no account, no credentials, no network.',
    exit: '0 on Ctrl-C',
    examples: ['--web.listen-address=127.0.0.1:0'],
  },
  wire: {
    does: 'Plan, apply or undo what a WebSocket API needs so that its ids reach us.',
    exit: '0, or 1 if it is refused, or reads back otherwise than asked for',
    examples: [
      'access-log --api-id=a1b2c3d4e5 --stage=prod',
      'access-log --api-id=a1b2c3d4e5 --stage=prod --apply',
      'headers --api-id=a1b2c3d4e5 --stage=prod --apply --deploy',
      'headers --undo=undo-headers-a1b2c3d4e5-20261127T081500000Z.json',
    ],
  },
  describe: {
    does: `Print what is known of one of ${topicsOf('describe').join(', ')}.`,
    exit: '0, or 1 if the configuration file is broken',
    examples: ['iam-policy --config.file=exporter.yaml', 'config-schema > exporter.schema.json'],
  },
};

/** What `--help` prints, for one command or for all of them; ends in a new line. */
export function helpText(command?: Command): string {
  return command === undefined ? overview() : details(command);
}

function overview(): string {
  const lines = [
    'Prometheus exporter for the connections that AWS counts but does not show.',
    '',
    `Usage: ${PROGRAM} [command] [flags]    (without a command: serve)`,
    '',
    'Commands:',
    ...commands.map((name) => `  ${name.padEnd(13)}${about[name].does}`),
    '',
    'Flags:',
    ...(Object.keys(flags) as FlagName[]).flatMap((name) => flagLines(name)),
    '',
    'Examples:',
    ...examples('demo', 0, 1),
    ...examples('serve', 0, 1),
    ...examples('check'),
    ...examples('connections', 0, 1),
    '',
    'Exit codes: 0 success, 1 failure, 2 a command line that cannot be understood.',
    `More on one command: ${PROGRAM} <command> --help`,
  ];
  return `${lines.join('\n')}\n`;
}

function details(command: Command): string {
  const names = (Object.keys(flags) as FlagName[]).filter((name) => specOf(name).commands.includes(command));
  const words = [command, ...(topicsOf(command).length > 0 ? [topicsOf(command).join('|')] : [])].join(' ');
  const lines = [
    about[command].does,
    '',
    `Usage: ${PROGRAM} ${words} [flags]`,
    '',
    'Flags:',
    ...names.flatMap((name) => flagLines(name, command)),
    '',
    'Examples:',
    ...examples(command),
    '',
    'Exit code:',
    `  ${about[command].exit}; 2 if the line is not understood`,
  ];
  return `${lines.join('\n')}\n`;
}

function specOf(name: FlagName): Flag<unknown> {
  return flags[name];
}

function examples(command: Command, from = 0, to?: number): string[] {
  return about[command].examples.slice(from, to).map((rest) => `  ${PROGRAM} ${command} ${rest}`);
}

function flagLines(name: FlagName, command?: Command): string[] {
  const { kind, value, help, default: fallback, commands: where } = specOf(name);
  const only = command === undefined ? [] : onlyFor(specOf(name), command);
  const spelling = kind === 'switch' ? `--${name}` : `--${name}=${value}`;
  const defaults = kind !== 'switch' && fallback !== undefined && String(fallback) !== '';
  const sentences = [
    help,
    ...(defaults ? [`Default: ${String(fallback)}.`] : []),
    ...(!command && where.length < commands.length ? [`For ${where.join(', ')}.`] : []),
    ...(only.length > 0 ? [`Only for ${command} ${only.join(', ')}.`] : []),
  ];
  const variable = variableOf(name);
  return [
    `  ${spelling}${name === 'help' ? ', -h' : ''}`,
    ...wrap(sentences.join(' ')),
    ...(variable === undefined ? [] : [`${' '.repeat(INDENT)}$${variable}`]),
  ];
}

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && INDENT + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line].map((one) => ' '.repeat(INDENT) + one);
}
