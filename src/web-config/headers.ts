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

const CONTROLS = /[^\t\x20-\x7e\x80-\xff]/;

/** `http_server_config.headers`: headers of every answer, of a few names. */
export const headers = mapping(text).superRefine((of, { addIssue }) => {
  for (const [name, value] of of ?? []) {
    const message = headerProblem(name, value);
    if (message !== undefined) addIssue({ code: 'custom', path: [name], message });
  }
});

/** A value as Node.js sends it so that the bytes are those that Go sends: UTF-8, in one line, without white space around it. */
export function toHeaderValue(value: string): string {
  return Buffer.from(value.replace(/[\r\n]/g, ' ').trim()).toString('latin1');
}

function headerProblem(name: string, value: string): string | undefined {
  if (!HEADERS.has(name)) {
    const names = [...HEADERS.keys()];
    return `HTTP header ${given(name)} cannot be configured, did you mean ${nearest(name, names)}? Only ${names.join(', ')} can, in these letters`;
  }
  const values = HEADERS.get(name);
  if (values && !values.includes(value))
    return `invalid value: expected ${values.map(given).join(' or ')}, in small letters, got ${given(value)}`;
  if (CONTROLS.test(toHeaderValue(value)))
    return `holds a control character, which no header may hold, got ${given(value)}; take it out`;
  return undefined;
}
