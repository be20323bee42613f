/** One thing that is wrong with a configuration file. */
export interface Problem {
  /** The key, as in `targets[1].regions[0]`; empty for the file as a whole. */
  readonly path: string;
  /** Counted from 1; absent when the file says nothing there. */
  readonly line?: number;
  /** Counted from 1; only for what is not YAML. */
  readonly column?: number;
  readonly message: string;
}

/** Writes a path of keys and indexes as `targets[1].regions[0]`. */
export function toPath(keys: readonly PropertyKey[]): string {
  return keys
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '');
}

/** Somebody named the file of a token or key: what it holds, a value of this type of JavaScript, is not to be shown. */
export function nothingButOne(type: string): Problem {
  const kind = type === 'string' ? 'text' : type === 'boolean' ? 'value that is true or false' : type;
  const message = `expected a mapping of keys, got nothing but one ${kind}, which is not shown here, for it may be a secret`;
  return { path: '', line: 1, message };
}

/** A file with more is not a configuration that somebody mistyped. */
export const MOST_PROBLEMS = 100;

const LONGEST_PATH = 200;

/** One line per problem, the first hundred: `exporter.yaml:12: client_vpn.page_sise: unknown key, did you mean page_size?`. */
export function formatProblems(problems: readonly Problem[], file: string): string {
  const rest = problems.length - MOST_PROBLEMS;
  const lines = problems.slice(0, MOST_PROBLEMS).map(({ path, line, column, message }) => {
    const place = [file, line, column].filter((part) => part !== undefined).join(':');
    // A key can be a private key in the wrong place.
    const told = path.replace(/-----BEGIN .*/s, '<PEM>');
    const cut = told.length > LONGEST_PATH ? `${told.slice(0, LONGEST_PATH)}…` : told;
    return toOneLine([place, cut, message].filter((part) => part !== '').join(': '));
  });
  return [
    ...lines,
    ...(rest > 0 ? [`${file}: and ${rest} more ${rest === 1 ? 'problem' : 'problems'}`] : []),
  ].join('\n');
}

/** A key, and what a library quotes of the file, can hold line ends, while a problem is one line. */
function toOneLine(text: string): string {
  return text.replace(
    /\p{Cc}/gu,
    (sign) => SHORT_ESCAPES[sign] ?? `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
