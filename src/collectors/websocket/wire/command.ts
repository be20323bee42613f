import type { Place } from './change.ts';

/** An `aws` command for the place, as its words. */
export function command(
  { target }: Place,
  service: string,
  action: string,
  ...more: readonly (string | object)[]
) {
  const { region, profile } = target;
  const where = ['--region', region, ...(profile === undefined ? [] : ['--profile', profile])];
  return ['aws', service, action, ...where, ...more];
}

/** Whether a parameter is no place where something comes from but a text in quotes, which can be a secret. */
export function isConstant(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith("'");
}

/** A command for a POSIX shell. Where it needs a constant that is not shown, it fails until a variable has it. */
export function formatCommand(words: readonly (string | object)[]): string {
  return words.map((word) => (typeof word === 'string' ? quote(word) : quoteJson(word))).join(' ');
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function quoteJson(value: object): string {
  const hidden: string[] = [];
  const text = JSON.stringify(value, (name: string, member: unknown) => {
    if (!isConstant(member)) return member;
    hidden.push(name.split('.').pop() ?? '');
    return `\u0001`;
  });
  const pieces = text.split('\\u0001').map((piece) => `'${piece.replaceAll("'", "'\\''")}'`);
  return pieces.reduce((before, piece, n) => `${before}"'${toVariable(hidden[n - 1] ?? '')}'"${piece}`);
}

function toVariable(name: string): string {
  const variable = `VALUE_OF_${name.toUpperCase().replace(/\W/g, '_')}`;
  return `\${${variable}:?the constant that the parameter ${name} has now, without its quotes}`;
}
