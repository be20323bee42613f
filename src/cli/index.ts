import { revision, version } from '../app/version.ts';
import { type Args, parseArgs } from './args.ts';
import type { Command } from './commands.ts';
import { helpText } from './help.ts';
import { print } from './output.ts';

/** What a command does with its arguments; resolves to the exit code. */
type Run = (args: Args) => Promise<number>;

/** Each command's code is loaded when it is asked for. */
const commands: Readonly<Record<Command, () => Promise<Run>>> = {
  serve: async () => (await import('./serve.ts')).serve,
  once: async () => (await import('./once.ts')).once,
  check: async () => (await import('./check.ts')).check,
  connections: async () => (await import('./connections.ts')).connections,
  demo: async () => (await import('./demo.ts')).demo,
  wire: async () => (await import('./wire.ts')).wire,
  describe: async () => (await import('./describe.ts')).describe,
};

/** Runs the command that the arguments name; resolves to the exit code: 2 for arguments that make no sense. */
export async function run(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const args = parseArgs(argv, env);
  if ('error' in args) {
    process.stderr.write(`aws-connections-exporter: ${args.error}\nTry aws-connections-exporter --help\n`);
    return 2;
  }
  if (args.flags.help) {
    await print(`${helpText(args.isNamed ? args.command : undefined)}\n`);
    return 0;
  }
  if (args.flags.version) {
    await print(`aws-connections-exporter ${version} (revision ${revision}, node ${process.version})\n`);
    return 0;
  }
  const command = await commands[args.command]();
  return command(args);
}
