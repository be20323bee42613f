import { expect, test } from 'vitest';
import { createTokenCheck, toTokens } from '../../src/intake/token.ts';

test.each([
  ['one', ['one']],
  ['one\n', ['one']],
  ['\ufeffone\r\ntwo\r\n', ['one', 'two']],
  ['\n  one\t\n\n \n\ttwo', ['one', 'two']],
  ['', []],
  [' \r\n\n', []],
])('%j holds the tokens %j', (text, tokens) => {
  expect(toTokens(text)).toEqual(tokens);
});

test('each of several tokens is accepted, and nothing else', () => {
  const isToken = createTokenCheck(['old', 'new', 'newer']);
  for (const token of ['old', 'new', 'newer']) expect(isToken(token)).toBe(true);
  for (const header of ['', 'ol', 'old,new', 'old\nnew', 'old, new', 'OLD', undefined, ['old'], 7])
    expect(isToken(header)).toBe(false);
});

test('a token may be of any length', () => {
  const long = 'x'.repeat(1000);
  const isToken = createTokenCheck(['short', long, 'wörd']);
  for (const token of ['short', long, Buffer.from('wörd').toString('latin1')])
    expect(isToken(token)).toBe(true);
  for (const header of [`${long}x`, long.slice(1), 'short'.repeat(60), 'wörd'])
    expect(isToken(header)).toBe(false);
});

test('no tokens at all accept nothing, not even nothing', () => {
  const isToken = createTokenCheck([]);
  for (const header of ['', 'old', undefined]) expect(isToken(header)).toBe(false);
});

test('without tokens to compare with everything is accepted', () => {
  const isToken = createTokenCheck(undefined);
  for (const header of ['', 'old', undefined]) expect(isToken(header)).toBe(true);
});
