import { invalid } from './errors.ts';

type Test = (document: unknown) => boolean;

/** A selector such as `{ ($.eventType = "CONNECT") || ($.status = 2*) }`, of messages that are JSON objects. */
export function compileJsonPattern(text: string): (message: string) => boolean {
  if (!text.endsWith('}')) throw invalid('Invalid filter pattern');
  const tokens = tokenize(text.slice(1, -1));
  const test = readOr(tokens);
  if (tokens.length > 0) throw invalid('Invalid filter pattern');
  return (message) => {
    try {
      const document: unknown = JSON.parse(message);
      return typeof document === 'object' && document !== null && !Array.isArray(document) && test(document);
    } catch {
      return false;
    }
  };
}

const token = /\s*(\|\||&&|[()]|!=|<=|>=|[=<>]|"(?:[^"\\]|\\.)*"|[^\s()=<>!|&"]+)/y;

function tokenize(text: string): string[] {
  const tokens: string[] = [];
  const end = text.trimEnd().length;
  token.lastIndex = 0;
  while (token.lastIndex < end) {
    const at = token.lastIndex;
    const found = token.exec(text)?.[1];
    if (found === undefined) throw invalid(`Invalid character(s) in term '${text.slice(at).trim()}'`);
    tokens.push(found);
  }
  return tokens;
}

function readOr(tokens: string[]): Test {
  const tests = [readAnd(tokens)];
  while (tokens[0] === '||') {
    tokens.shift();
    tests.push(readAnd(tokens));
  }
  return (document) => tests.some((test) => test(document));
}

function readAnd(tokens: string[]): Test {
  const tests = [readComparison(tokens)];
  while (tokens[0] === '&&') {
    tokens.shift();
    tests.push(readComparison(tokens));
  }
  return (document) => tests.every((test) => test(document));
}

function readComparison(tokens: string[]): Test {
  const selector = tokens.shift();
  if (selector === '(') {
    const test = readOr(tokens);
    if (tokens.shift() !== ')') throw invalid('Invalid filter pattern');
    return test;
  }
  if (!selector || !/^\$(\.[\w-]+)+$/.test(selector)) throw invalid(oddSelector(selector));
  const path = selector.slice(2).split('.');
  const operator = tokens.shift() ?? '';
  const value = tokens.shift();
  if (operator === 'NOT' && value === 'EXISTS') return (document) => at(document, path) === undefined;
  if (operator === 'IS') return readIs(path, value);
  if (value === undefined || !operators.has(operator)) throw invalid('Invalid filter pattern');
  return operator === '=' || operator === '!='
    ? readEquality(path, operator, value)
    : readOrder(path, operator, value);
}

const operators: ReadonlySet<string> = new Set(['=', '!=', '<', '<=', '>', '>=']);

function readIs(path: readonly string[], value: string | undefined): Test {
  const wanted = { NULL: null, TRUE: true, FALSE: false }[value ?? ''];
  if (wanted === undefined) throw invalid('Invalid filter pattern');
  return (document) => at(document, path) === wanted;
}

/** Texts and the digits of numbers match as they are written, `*` standing for anything; an unquoted number also by its value. */
function readEquality(path: readonly string[], operator: string, value: string): Test {
  const isQuoted = value.startsWith('"');
  const text = isQuoted ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value;
  if (!isQuoted && !/^[\p{L}\p{N}_*.+-]+$/u.test(text))
    throw invalid(`Invalid character(s) in term '${text.replace(/[\p{L}\p{N}_*.+-]/gu, '')}'`);
  const number = isQuoted ? Number.NaN : Number(text);
  const like = new RegExp(`^${text.split('*').map(escapeRegExp).join('[^]*')}$`);
  return (document) => {
    const found = at(document, path);
    if (typeof found !== 'string' && typeof found !== 'number') return false;
    const isEqual = (typeof found === 'number' && found === number) || like.test(String(found));
    return isEqual === (operator === '=');
  };
}

function readOrder(path: readonly string[], operator: string, value: string): Test {
  const bound = Number(value);
  if (value.startsWith('"') || !Number.isFinite(bound)) throw invalid('Invalid filter pattern');
  return (document) => {
    const found = at(document, path);
    if (typeof found !== 'number') return false;
    if (operator === '<') return found < bound;
    if (operator === '<=') return found <= bound;
    return operator === '>' ? found > bound : found >= bound;
  };
}

function at(document: unknown, path: readonly string[]): unknown {
  let value = document;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

function oddSelector(selector: string | undefined): string {
  const odd = selector?.replace(/[\w$.-]/g, '');
  return odd ? `Invalid character(s) in term '${odd}'` : 'Invalid filter pattern';
}

const escapeRegExp = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
