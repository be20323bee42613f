import { expect, test } from 'vitest';
import { toSentence } from '../../src/core/error-text.ts';

test('an error is told with its causes', () => {
  expect(toSentence(new Error('no pass', { cause: new Error('no answer', { cause: 'ECONNRESET' }) }))).toBe(
    'no pass: no answer: ECONNRESET',
  );
});

test('an error without a message is told by its name, and no error at all is told too', () => {
  expect(toSentence(new TypeError())).toBe('TypeError');
  expect(toSentence(undefined)).toBe('unknown error');
});

test('a cause that leads back to itself ends', () => {
  const error = new Error('round and round');
  error.cause = error;
  expect(toSentence(error)).toBe('round and round');
});
