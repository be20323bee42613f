import fc from 'fast-check';
import { type Bytes, toBytes } from './mutations.ts';

/** Values of any other type, written as JSON. */
const ODD_VALUES = [
  ...['null', '7', '-1', '1.5', '1e999', '1e-999', '""', '"x"', '"\\ud800"', '"__proto__"', 'true', 'false'],
  ...[
    '{}',
    '[]',
    '[null]',
    '{"a":1}',
    '[[[[]]]]',
    '{"S":7}',
    '{"N":"x"}',
    '{"S":"a","N":"1"}',
    '{"M":{}}',
    '"2026-01-01T00:00:00Z"',
  ],
];
const PLACE = '\u0001';

/** A document of JSON in which one or two values are others, of other types as a rule. */
export function otherValues(document: Bytes): fc.Arbitrary<Bytes> {
  const change = fc.tuple(fc.nat(1_000), fc.constantFrom(...ODD_VALUES));
  return fc
    .array(change, { minLength: 1, maxLength: 2 })
    .map((changes) =>
      changes.reduce((bytes, [place, value]) => replaceValue(bytes, place, toBytes(value)), document),
    );
}

function replaceValue(json: Bytes, place: number, value: Bytes): Bytes {
  let root: unknown;
  try {
    root = JSON.parse(json);
  } catch {
    return json;
  }
  const holders: [object, string][] = [];
  const walk = (node: unknown) => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, member] of Object.entries(node)) {
      holders.push([node, key]);
      walk(member);
    }
  };
  walk(root);
  const [holder, key] = holders[place % Math.max(holders.length, 1)] ?? [];
  if (!holder || key === undefined) return value;
  Object.assign(holder, { [key]: PLACE });
  return JSON.stringify(root).replace(JSON.stringify(PLACE), () => value);
}
