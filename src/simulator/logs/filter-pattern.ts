import { invalid } from './errors.ts';
import { compileJsonPattern } from './json-pattern.ts';

/** Whether a message is one of those that are asked for. */
export type Filter = (message: string) => boolean;

const maxLength = 1024;

/**
 * A filter pattern as CloudWatch Logs takes it, as far as it is simulated: terms and JSON selectors. Space-delimited
 * columns and regular expressions are refused as if they were no patterns.
 */
export function compilePattern(pattern: string | undefined): Filter {
  const text = (pattern ?? '').trim();
  if (text.length > maxLength)
    throw invalid(
      `1 validation error detected: Value at 'filterPattern' failed to satisfy constraint: Member must have length less than or equal to ${maxLength}`,
    );
  if (text === '') return () => true;
  if (text.startsWith('{')) return compileJsonPattern(text);
  if (text.startsWith('[') || text.startsWith('%')) throw invalid('Invalid filter pattern');
  return compileTerms(text);
}

/** Terms are pieces of the message wherever they stand in it: all that are plain, none after `-`; `?` matters alone. */
function compileTerms(text: string): Filter {
  const terms = readTerms(text);
  const of = (sign: string) => terms.filter((term) => term.sign === sign).map((term) => term.text);
  const [required, optional, excluded] = [of(''), of('?'), of('-')];
  return (message) => {
    const has = (term: string) => message.includes(term);
    if (excluded.some(has) || !required.every(has)) return false;
    return required.length > 0 || optional.length === 0 || optional.some(has);
  };
}

function readTerms(text: string): readonly { sign: string; text: string }[] {
  const terms: { sign: string; text: string }[] = [];
  const term = /\s*([?-]?)(?:"((?:[^"\\]|\\.)*)"|([^\s"]+))/y;
  while (term.lastIndex < text.length) {
    const at = term.lastIndex;
    const found = term.exec(text);
    if (!found) throw invalid(`Invalid character(s) in term '${text.slice(at).trim()}'`);
    const [, sign = '', quoted, bare] = found;
    const odd = bare === undefined ? undefined : /[^\p{L}\p{N}_]/u.exec(bare)?.[0];
    if (odd !== undefined) throw invalid(`Invalid character(s) in term '${odd}'`);
    terms.push({ sign, text: quoted?.replace(/\\(.)/g, '$1') ?? bare ?? '' });
  }
  return terms;
}
