import { Composer, type CST, Lexer, LineCounter, Parser } from 'yaml';
import { given } from '../fields/given.ts';
import { toOutline } from './outline.ts';
import type { Problem } from './problems.ts';
import { Spelled, spell } from './spelled.ts';

/** A YAML text as plain data, and where each of its keys stands. */
export interface Document {
  /** The data; undefined where a key has no value, which means its default. */
  readonly data: unknown;
  /** What makes it no YAML, or ambiguous. */
  readonly problems: readonly Problem[];
  /** The line of a key or list item, or of the nearest one around it; undefined in an empty text. */
  lineOf(path: readonly PropertyKey[]): number | undefined;
}

/** Far more than the schema has. */
export const DEEPEST = 100;
/** What stands open while that is read: collections, the document around them, and a value. */
const MOST_OPEN = DEEPEST + 2;
/** Far more than people or programs write for this schema, and so few that reading them takes no longer than a second or two. */
export const MOST_TOKENS = 150_000;
const MOST_VALUES = 100_000;
export const MOST_ALIASES = 1_000;

/** Which YAML a text is, and whether what is not text comes with its spelling (`Spelled`), and null as null. */
export interface Dialect {
  readonly version: '1.1' | '1.2';
  readonly isSpelled: boolean;
}

const OURS: Dialect = { version: '1.2', isSpelled: false };

/** Reads one YAML document, in time that grows no faster than its length; never throws. Anchors and `<<` are resolved. */
export function toDocument(text: string, { version, isSpelled }: Dialect = OURS): Document {
  const lines = new LineCounter();
  const tokens = toYamlTokens(text, lines);
  if (tokens === 'too many') return refused('it holds more keys, values and signs than any configuration');
  if (tokens === 'too deep' || isTooDeep(tokens))
    return refused('it is nested too deeply to be a configuration');

  // Whether keys are unique is asked of the outline: the library compares each with every other.
  const composer = new Composer({ version, merge: true, uniqueKeys: false, logLevel: 'error' });
  const [document, second] = composer.compose(tokens, true, text.length);
  if (isSpelled && document) spell(document);
  const outline = toOutline(document?.contents);
  const broken = [
    ...(document?.errors ?? []).map(({ message, pos: [offset] }) => ({
      message: withoutText(message),
      offset,
    })),
    ...outline.pointless.map(({ alias: { source, range }, isInside }) => ({
      message: isInside
        ? `the alias *${source} stands inside what it stands for, and would never end`
        : `the alias *${source} has no anchor &${source} before it; text that begins with * must stand in quotes`,
      offset: range?.[0] ?? 0,
    })),
  ];
  if (second) {
    const message = 'a second document begins here; a configuration is one';
    broken.push({ message, offset: second.range[0] });
  }
  const doubtful = [
    ...(document?.warnings ?? []).map(({ message, pos: [offset] }) => ({ message, offset })),
    ...outline.repeated.map(({ value, range }) => ({
      message: `the key ${given(String(value))} stands here once more; keys must be unique`,
      offset: range?.[0] ?? 0,
    })),
  ];
  const problems = [...broken, ...doubtful].map(({ message, offset }): Problem => {
    const { line, col } = lines.linePos(offset);
    return { path: '', line, column: col, message };
  });
  const lineOf = (path: readonly PropertyKey[]) => {
    const offset = outline.at(path)?.range?.[0];
    return offset === undefined ? undefined : lines.linePos(offset).line;
  };
  // A key that stands twice still leaves data to be checked; a broken text does not.
  if (broken.length > 0) return { data: undefined, problems, lineOf };
  try {
    if (outline.aliases > MOST_ALIASES) throw new Error(`there are more than ${MOST_ALIASES}`);
    return { data: toData(document?.toJS(), isSpelled), problems, lineOf };
  } catch (error) {
    // There are more of them than any honest file has, or they repeat too much.
    const reason = error instanceof Error ? error.message : String(error);
    const message = `the aliases of this file cannot be resolved: ${reason}`;
    return { data: undefined, problems: [...problems, { path: '', message }], lineOf };
  }
}

/** The library ends some of its sentences with all that stands there, which can be a private key. */
function withoutText(message: string): string {
  return message.replace(/(in YAML stream|extra characters|Not a YAML token): .*$/s, '$1');
}

function refused(message: string): Document {
  return { data: undefined, problems: [{ path: '', message }], lineOf: () => undefined };
}

/** The collections of a text, not yet made into values, unless there is too much in it. */
function toYamlTokens(text: string, lines: LineCounter): readonly CST.Token[] | 'too many' | 'too deep' {
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  let lexemes = 0;
  lines.addNewLine(0);
  for (const lexeme of new Lexer().lex(text)) {
    lexemes += 1;
    if (lexemes > MOST_TOKENS) return 'too many';
    tokens.push(...parser.next(lexeme));
    // A line that ends them all would have the parser end each within the other.
    if (parser.stack.length > MOST_OPEN) return 'too deep';
  }
  return [...tokens, ...parser.end()];
}

/** Whether collections stand in each other deeper than recursion, which reads them, could follow; level by level, for the same reason. */
function isTooDeep(tokens: readonly CST.Token[]): boolean {
  let level = tokens;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) return true;
    level = level.flatMap(below);
  }
  return false;
}

function below(token: CST.Token): readonly CST.Token[] {
  if (token.type === 'document') return token.value ? [token.value] : [];
  return 'items' in token ? token.items.flatMap(({ key, value }) => [key ?? [], value ?? []].flat()) : [];
}

/**
 * The data without its nulls, and without half characters, which an escape can make and which no series is told apart
 * by. Throws where aliases repeat so much of it that reading it on would take for ever.
 */
function toData(document: unknown, isSpelled: boolean): unknown {
  let values = 0;
  const copy = (value: unknown): unknown => {
    values += 1;
    if (values > MOST_VALUES) throw new Error(`they repeat what they stand for too often`);
    if (value === null) return isSpelled ? null : undefined;
    if (typeof value === 'string') return value.toWellFormed();
    if (Array.isArray(value)) return value.map(copy);
    // What only tags make, a set or an ordered mapping, must not pass for a mapping without keys.
    if (value instanceof Set || value instanceof Map) return [...value].map(copy);
    if (typeof value !== 'object' || value instanceof Spelled) return value;
    return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, copy(of)]));
  };
  return copy(document);
}
