import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isExcluded } from '../../src/polling/selection.ts';

const isLike = (pattern: string, name: string) => isExcluded({ exclude: [pattern] }, { ids: ['x'], name });

test.each([
  ['test-*', 'test-1', true],
  ['test-*', 'test-', true],
  ['test-*', 'a test-1', false],
  ['*-test', 'a-test', true],
  ['*-test', '-tes', false],
  ['a*a', 'a', false],
  ['a*a', 'aa', true],
  ['a*b*c', 'a-b-c', true],
  ['a*b*c', 'acb', false],
  ['legacy', 'legacy', true],
  ['legacy', 'legacy 2', false],
  ['*', 'anything', true],
  ['**', 'anything', true],
  ['a.c', 'abc', false],
  ['Test*', 'test', false],
])('the pattern %j and the name %j', (pattern, name, is) => {
  expect(isLike(pattern, name)).toBe(is);
});

test('an id is excluded as it is, and what has no name by its id alone', () => {
  expect(isExcluded({ exclude: ['vpn-1'] }, { ids: ['vpn-1'], name: '' })).toBe(true);
  expect(isExcluded({ exclude: ['vpn-*'] }, { ids: ['vpn-1'], name: '' })).toBe(false);
  expect(isExcluded({ exclude: ['*'] }, { ids: ['vpn-1'], name: '' })).toBe(false);
});

test('a pattern means what the same regular expression means', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 6 });
  const name = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(letters, name, (pattern, text) => {
      const regexp = new RegExp(`^${pattern.replaceAll('*', '.*')}$`, 's');
      expect(isLike(pattern, text)).toBe(regexp.test(text));
    }),
  );
});
