import {
  type CST,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  Parser,
  parseDocument,
} from 'yaml';
import type { Problem } from './problems.ts';

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
const DEEPEST = 100;

/** Reads one YAML 1.2 document; never throws. Anchors and `<<` are resolved. */
export function toDocument(text: string): Document {
  if (isTooDeep(text)) {
    const message = 'it is nested too deeply to be a configuration';
    return { data: undefined, problems: [{ path: '', message }], lineOf: () => undefined };
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const problems = [...document.errors, ...document.warnings].map(({ code, message, pos }): Problem => {
    const { line, col } = lines.linePos(pos[0]);
    return {
      path: '',
      line,
      column: col,
      message: code === 'MULTIPLE_DOCS' ? 'a second document begins here; a configuration is one' : message,
    };
  });
  const lineOf = (path: readonly PropertyKey[]) => {
    let node: unknown = document.contents;
    let offset = isNode(node) ? node.range?.[0] : undefined;
    for (const key of path) {
      if (isAlias(node)) node = node.resolve(document);
      const next = child(node, key);
      if (!next) break;
      offset = next.at.range?.[0] ?? offset;
      node = next.value;
    }
    return offset === undefined ? undefined : lines.linePos(offset).line;
  };
  // A key that stands twice still leaves data to be checked; a broken text does not.
  if (document.errors.some(({ code }) => code !== 'DUPLICATE_KEY'))
    return { data: undefined, problems, lineOf };
  try {
    return { data: toData(document.toJS()), problems, lineOf };
  } catch (error) {
    // An alias without an anchor, or one inside its own, or more of them than any honest file has.
    const message = `the aliases of this file cannot be resolved: ${error}`;
    return { data: undefined, problems: [...problems, { path: '', message }], lineOf };
  }
}

/** Whether collections stand in each other deeper than recursion, which reads them, could follow; level by level, for the same reason. */
function isTooDeep(text: string): boolean {
  let level: readonly CST.Token[] = [...new Parser().parse(text)];
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

function child(node: unknown, key: PropertyKey): { at: Node; value: unknown } | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(key)];
    return isNode(item) ? { at: item, value: item } : undefined;
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.findLast((item) => isScalar(item.key) && String(item.key.value) === key);
  return pair && isNode(pair.key) ? { at: pair.key, value: pair.value } : undefined;
}

/** Without nulls, and without half characters, which an escape can make and which no series is told apart by. */
function toData(value: unknown): unknown {
  if (value === null) return undefined;
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(toData);
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, toData(of)]));
}
