import type { z } from 'zod';
import { given } from '../fields/given.ts';

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'text',
  boolean: 'true or false',
  number: 'a whole number',
  array: 'a list',
  object: 'a mapping of keys',
  record: 'a mapping of keys',
};

/** Says in words what is wrong with a value and what is expected; unknown keys are told elsewhere. */
export function toMessage(issue: z.core.$ZodRawIssue): string {
  const { input } = issue;
  switch (issue.code) {
    case 'invalid_type': {
      const quotes = issue.expected === 'string' && (typeof input === 'number' || typeof input === 'boolean');
      const hint = quotes ? `; put it in quotes: "${String(input)}"` : '';
      return `expected ${EXPECTED[issue.expected] ?? issue.expected}, got ${given(input)}${hint}`;
    }
    case 'invalid_value':
      return `expected one of ${issue.values.map(String).join(', ')}, got ${given(input)}`;
    case 'invalid_union': {
      const { discriminator = '', options = [] } = issue as {
        discriminator?: string;
        options?: readonly unknown[];
      };
      const chosen = input instanceof Object ? Reflect.get(input, discriminator) : undefined;
      return `expected one of ${options.join(', ')}, got ${given(chosen)}`;
    }
    case 'too_small':
      return typeof input === 'number'
        ? `must be at least ${issue.minimum}, got ${input}`
        : 'must not be empty';
    case 'too_big':
      return `must be at most ${issue.maximum}, got ${given(input)}`;
    default:
      return `is not valid: ${given(input)}`;
  }
}
