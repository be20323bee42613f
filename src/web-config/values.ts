import { z } from 'zod';
import { Spelled } from '../config/spelled.ts';
import { given } from '../fields/given.ts';
import { near } from '../fields/nearest.ts';

/** Text; a number or a word such as `yes` is the text that stands in the file, and null is empty, as Go reads them. */
export const text = z.preprocess(
  (value) => (value instanceof Spelled ? value.text : (value ?? '')),
  z.string({ error: ({ input }) => `expected text, got ${kind(input)}` }),
);

/** True or false, in any spelling of YAML 1.1; a key with nothing is false, as Go reads it, and one that is left out is true. */
export const toggle = z
  .preprocess(
    (value) => unspelled(value) ?? false,
    z.boolean({ error: ({ input }) => `expected true or false, without quotes, got ${kind(input)}` }),
  )
  .default(true);

/** A list of such values; undefined where it is left out or null. */
export function list<T extends z.ZodType>(item: T) {
  return z.array(item, { error: ({ input }) => `expected a list, got ${kind(input)}` }).nullish();
}

/** A mapping of these keys and no others. */
export function section<S extends z.ZodRawShape>(shape: S) {
  // What stands here instead may be a secret in the wrong place.
  const error = (issue: z.core.$ZodRawIssue) =>
    issue.code === 'invalid_type' ? `expected a mapping of keys, got ${kind(issue.input)}` : undefined;
  return z.preprocess(unspelled, z.strictObject(shape, { error }));
}

/** A mapping with keys that people choose, `__proto__` among them; undefined where it is left out or null. */
export function mapping<T extends z.ZodType>(value: T) {
  const toMap = (given: unknown) => {
    const of = unspelled(given);
    return of instanceof Object && !Array.isArray(of) ? new Map(Object.entries(of)) : of;
  };
  const error = ({ input }: z.core.$ZodRawIssue) => `expected a mapping of keys, got ${kind(input)}`;
  return z.preprocess(toMap, z.map(z.string(), value, { error })).nullish();
}

/** What one of these names stands for; what is none of them is an unknown one of `noun`. */
export function oneOf<V>(noun: string, values: ReadonlyMap<string, V>) {
  return text.transform((name, { addIssue }) => {
    const value = values.get(name);
    if (value !== undefined) return value;
    addIssue(`unknown ${noun}: ${given(name)}; ${remedy(name, [...values.keys()])}`);
    return z.NEVER;
  });
}

/** Which of a few names to write instead of this one. */
export function remedy(name: string, names: readonly string[]): string {
  const meant = near(name, names);
  return `${meant === undefined ? '' : `did you mean ${meant}? `}expected one of ${names.join(', ')}`;
}

function unspelled(value: unknown): unknown {
  if (!(value instanceof Spelled)) return value;
  // A date is an object, which must not pass for a mapping without keys.
  return typeof value.value === 'object' ? value.text : value.value;
}

/** What a value is, without showing it where it may be a secret: text, and all that can be read as text. */
function kind(value: unknown): string {
  if (typeof value === 'string') return 'text';
  if (value instanceof Spelled)
    return typeof value.value === 'boolean' ? value.text : `a ${typeof value.value}`;
  return given(value);
}
