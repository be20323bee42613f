import { given } from '../fields/given.ts';
import { nearest } from '../fields/nearest.ts';
import { mapping, text } from './values.ts';

/** The headers that may be set, each with the values that it may have; undefined for any. */
const HEADERS: ReadonlyMap<string, readonly string[] | undefined> = new Map([
  ['Content-Security-Policy', undefined],
  ['Strict-Transport-Security', undefined],
  ['X-Content-Type-Options', ['nosniff']],
  ['X-Frame-Options', ['deny', 'sameorigin']],
  ['X-XSS-Protection', undefined],
]);

/** `http_server_config.headers`: headers of every answer, of a few names. */
export const headers = mapping(text).superRefine((of, { addIssue }) => {
  for (const [name, value] of Object.entries(of ?? {})) {
    const message = headerProblem(name, value);
    if (message !== undefined) addIssue({ code: 'custom', path: [name], message });
  }
});

function headerProblem(name: string, value: string): string | undefined {
  if (!HEADERS.has(name)) {
    const names = [...HEADERS.keys()];
    return `HTTP header ${given(name)} cannot be configured, did you mean ${nearest(name, names)}? Only ${names.join(', ')} can, in these letters`;
  }
  const values = HEADERS.get(name);
  if (values && !values.includes(value))
    return `invalid value: expected ${values.map(given).join(' or ')}, in small letters, got ${given(value)}`;
  if (!values && /[^\t\x20-\x7e\x80-\xff]/.test(value))
    return `holds a line end or another sign that no header may hold, got ${given(value)}`;
  return undefined;
}
