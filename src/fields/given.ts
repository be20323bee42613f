/** What stands in PEM form can be a private key. */
const PEM = '-----BEGIN ';

/** Says in words what a value of a YAML file is: `the number 5`, `"text"`, `a list`, `nothing`. */
export function given(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (typeof value === 'string' && value.includes(PEM)) return 'text in PEM form, which is not shown here';
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 80)}…` : value);
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return typeof value === 'boolean' ? String(value) : `the number ${String(value)}`;
}
