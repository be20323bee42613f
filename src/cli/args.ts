import { near } from '../fields/nearest.ts';
import { type Command, commands, type Topic, topicsOf } from './commands.ts';
import { type Flag, onlyFor } from './flag.ts';
import { type FlagName, type Flags, flags, variableOf } from './flags.ts';

/** What the command line and the environment ask for. */
export interface Args {
  readonly command: Command;
  /** Whether the command was named, or is the one that is done when none is. */
  readonly isNamed: boolean;
  /** Given for the commands that have topics, unless help or the version is asked for. */
  readonly topic: Topic | undefined;
  readonly flags: Flags;
}

type Environment = Readonly<Record<string, string | undefined>>;

const names = Object.keys(flags) as FlagName[];
/** The only flag whose empty value says something. */
const MAY_BE_EMPTY: FlagName = 'storage.path';

/** Reads the arguments after the program's name; a flag wins over its environment variable. Never throws: an error is one sentence. */
export function parseArgs(argv: readonly string[], env: Environment): Args | { readonly error: string } {
  try {
    return toArgs(argv, env);
  } catch (error) {
    if (error instanceof UsageError) return { error: error.message };
    throw error;
  }
}

class UsageError extends Error {}

function toArgs(argv: readonly string[], env: Environment): Args {
  const { words, given } = split(argv);
  const [asked] = words;
  // What most tools take as a command, too.
  if (asked === 'help' || asked === 'version') {
    words.shift();
    given.set(asked, ['true']);
  }
  const [first, ...rest] = words;
  const command = first === undefined ? commands[0] : commands.find((one) => one === first);
  if (!command) throw new UsageError(unknown('command', first ?? '', commands));
  const topic = toTopic(command, rest);
  const values = new Map<FlagName, unknown>();
  for (const name of names) values.set(name, resolve(name, { command, topic }, given.get(name), env));
  const found = Object.fromEntries(values) as Flags;
  const topics = topicsOf(command);
  if (topics.length > 0 && topic === undefined && !found.help && !found.version)
    throw new UsageError(`${command} what? One of ${topics.join(', ')}`);
  return { command, isNamed: first !== undefined, topic, flags: found };
}

/** A word that is none of these: with the one that was meant, or else with all of them. */
function unknown(kind: string, word: string, known: readonly string[]): string {
  const meant = near(word, known);
  const help = meant === undefined ? `; there are ${known.join(', ')}` : `, did you mean ${meant}?`;
  return `unknown ${kind} ${word}${help}`;
}

function resolve(
  name: FlagName,
  { command, topic }: Pick<Args, 'command' | 'topic'>,
  texts: readonly string[] | undefined,
  env: Environment,
): unknown {
  const flag: Flag<unknown> = flags[name];
  const only = onlyFor(flag, command);
  const isOfTopic = topic === undefined || only.length === 0 || only.includes(topic);
  const makesSense = flag.commands.includes(command) && isOfTopic;
  if (texts) {
    if (!makesSense) {
      const what = topic === undefined ? command : `${command} ${topic}`;
      const where = flag.commands.map((one) => [one, ...onlyFor(flag, one)].join(' '));
      throw new UsageError(`--${name} has no meaning for ${what}, only for ${where.join(', ')}`);
    }
    if (flag.kind !== 'many' && texts.length > 1)
      throw new UsageError(`--${name} is given ${texts.length} times`);
    if (texts.includes('') && name !== MAY_BE_EMPTY) throw new UsageError(`--${name} needs a value`);
    return read(`--${name}`, flag, texts);
  }
  const variable = variableOf(name);
  const text = variable && makesSense ? env[variable] : undefined;
  if (variable === undefined || text === undefined) return flag.default;
  if (text === '' && name !== MAY_BE_EMPTY) return flag.default;
  return read(variable, flag, flag.kind === 'many' ? text.split(',').map((part) => part.trim()) : [text]);
}

function read(origin: string, flag: Flag<unknown>, texts: readonly string[]): unknown {
  try {
    return flag.read(texts);
  } catch (error) {
    throw new UsageError(`${origin}: ${error instanceof Error ? error.message : error}`);
  }
}

function toTopic(command: Command, words: readonly string[]): Topic | undefined {
  const topics = topicsOf(command);
  const [word, unexpected] = topics.length > 0 ? words : [undefined, words[0]];
  if (unexpected !== undefined) throw new UsageError(`unexpected argument ${unexpected}`);
  const topic = topics.find((one) => one === word);
  if (word !== undefined && !topic) throw new UsageError(unknown('topic', word, topics));
  return topic;
}

/** Words in order, and the texts given to each flag. */
function split(argv: readonly string[]): { words: string[]; given: Map<FlagName, string[]> } {
  const words: string[] = [];
  const given = new Map<FlagName, string[]>();
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (!word.startsWith('-')) {
      words.push(word);
      continue;
    }
    const [, spelled = '', inline] = /^([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
    const { name, negated } = toFlag(spelled);
    let text = inline;
    if (flags[name].kind === 'switch') {
      if (negated && inline !== undefined) throw new UsageError(`--no-${name} takes no value`);
      text ??= String(!negated);
    } else if (text === undefined) {
      text = argv[index + 1];
      if (text === undefined || text.startsWith('--')) throw new UsageError(`--${name} needs a value`);
      index += 1;
    }
    given.set(name, [...(given.get(name) ?? []), text]);
  }
  return { words, given };
}

function toFlag(spelled: string): { name: FlagName; negated: boolean } {
  if (spelled === '-h') return { name: 'help', negated: false };
  const known = names.flatMap((name) => {
    const plain = { spelling: `--${name}`, name, negated: false };
    return flags[name].kind === 'switch'
      ? [plain, { spelling: `--no-${name}`, name, negated: true }]
      : [plain];
  });
  const found = known.find(({ spelling }) => spelling === spelled);
  if (found) return found;
  const meant = near(
    spelled.replace(/^-*/, '--'),
    known.map(({ spelling }) => spelling),
  );
  throw new UsageError(`unknown flag ${spelled}${meant === undefined ? '' : `, did you mean ${meant}?`}`);
}
