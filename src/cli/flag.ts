import { type Command, type Topic, topicsOf } from './commands.ts';

/** One flag: how its text becomes a value, and what `--help` says of it. */
export interface Flag<T> {
  /** In the order of `commands`. */
  readonly commands: readonly Command[];
  /** The topics that it has a meaning for; of a command that none of them is of, all. */
  readonly topics?: readonly Topic[];
  readonly help: string;
  readonly default: T;
  /** A switch takes no value: `--name` and `--no-name`. */
  readonly kind: 'switch' | 'one' | 'many';
  /** What stands for the value in `--help`. */
  readonly value: string;
  /** The value of the texts given, one for each time; throws a sentence such as `expected a whole number`. */
  readonly read: (texts: readonly string[]) => T;
  /** Whether the daemon's environment may give it; flags of a single question are only typed. */
  readonly environment: boolean;
}

/** What a flag is for. */
type About = Pick<Flag<unknown>, 'commands' | 'topics' | 'help'> & { readonly environment?: boolean };

/** The topics of a command for which alone a flag has a meaning; none where that is for all of it. */
export function onlyFor(flag: Flag<unknown>, command: Command): readonly Topic[] {
  return topicsOf(command).filter((topic) => flag.topics?.includes(topic));
}

/** A flag with one text as its value. */
export function text<T extends string | undefined>(
  fallback: T,
  value: string,
  about: About,
): Flag<string | T> {
  return {
    environment: true,
    ...about,
    default: fallback,
    kind: 'one',
    value,
    read: (texts) => texts[0] ?? fallback,
  };
}

/** A flag that can be given several times. */
export function many(fallback: readonly string[], value: string, about: About): Flag<readonly string[]> {
  return { environment: true, ...about, default: fallback, kind: 'many', value, read: (texts) => texts };
}

/** A flag whose value is one of these. */
export function choice<const T extends string>(
  fallback: NoInfer<T>,
  choices: readonly T[],
  about: About,
): Flag<T> {
  const read = (texts: readonly string[]) => {
    const found = choices.find((one) => one === texts[0]);
    if (found !== undefined) return found;
    throw new Error(`expected ${choices.join(', ')}, got ${JSON.stringify(texts[0])}`);
  };
  return { environment: true, ...about, default: fallback, kind: 'one', value: choices.join('|'), read };
}

/** A flag that is on or off. */
export function toggle(about: About): Flag<boolean> {
  const read = ([given]: readonly string[]) => {
    if (given === 'true' || given === '1') return true;
    if (given === 'false' || given === '0') return false;
    throw new Error(`expected true or false, got ${JSON.stringify(given)}`);
  };
  return { environment: true, ...about, default: false, kind: 'switch', value: '', read };
}
