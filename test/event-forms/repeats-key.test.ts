import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toKeys } from '../../src/event-forms/keys.ts';
import { repeatsKey } from '../../src/event-forms/repeats-key.ts';

test.each([
  '{"a":1,"a":2}',
  '{"a":{"b":1},"b":2,"a":[]}',
  '{"a":1,"\\u0061":2}',
  '{"":1 , "" : 2}',
  '{"\\"":1,"\\"":2}',
  '{"x":"\\\\","x":1}',
  '{"a":{"b":1,"b":2}}',
  '[{"a":1,"a":2}]',
  '{"a":[[{"b":[{}],"b":2}]]}',
  '{"a":{"b":{},"c":{},"b":{}}}',
  '{"__proto__":1,"__proto__":2}',
  '{"a":{"":1,"\\u0000":1,"":2}}',
])('%s repeats a key', (json) => {
  expect(repeatsKey(toKeys(json))).toBe(true);
});

test.each([
  '{}',
  '7',
  '{"a":{"a":{"a":1}}}',
  '{"a":[{"b":1},{"b":2}]}',
  '{"a":{"b":{"a":1},"c":1},"b":{"a":1,"b":[":",":"]},"c":1}',
  '{"__proto__":1,"constructor":2,"has":3}',
  '{"a":"a","b":"a"}',
  '{"a":"\\",\\"a\\":\\"","b":1}',
  '{"a":"{[","b":"]}","c":{}}',
])('%s repeats none', (json) => {
  expect(repeatsKey(toKeys(json))).toBe(false);
});

test('what JSON.stringify writes never repeats a key, and with one more of its keys in front it does', () => {
  const object = fc.dictionary(fc.string(), fc.jsonValue(), { minKeys: 1 });
  fc.assert(
    fc.property(object, fc.nat(3), (value, indent) => {
      const json = JSON.stringify(value, null, indent);
      expect(repeatsKey(toKeys(json))).toBe(false);
      for (const key of Object.keys(value))
        for (const around of ['@', '[@]', '{"a":@}', '{"a":[{"b":0,"c":@}]}'])
          expect(
            repeatsKey(toKeys(around.replace('@', () => `{${JSON.stringify(key)}:"\\"",${json.slice(1)}`))),
          ).toBe(true);
    }),
  );
});
