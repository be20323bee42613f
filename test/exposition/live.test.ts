import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Family, Sample } from '../../src/core/family.ts';
import { toPieces } from '../../src/exposition/forms.ts';
import { LiveFamilies } from '../../src/exposition/live.ts';
import { renderFamilies } from '../../src/exposition/render.ts';

const NAMES = ['first', 'second', 'third'];

function toFamilies(all: readonly (readonly Sample[] | 'broken')[]): readonly Family[] {
  return all.map((samples, index) => ({
    name: NAMES[index] ?? '',
    help: 'Help.',
    type: 'histogram',
    labelNames: ['user'],
    samples() {
      if (samples === 'broken') throw new Error('broken');
      return samples;
    },
  }));
}

test('whatever was said before, what is written is what is said now', async () => {
  const labels = fc.dictionary(fc.constantFrom('user', 'status'), fc.constantFrom('', 'a', 'b'), {
    noNullPrototype: true,
  });
  const sample: fc.Arbitrary<Sample> = fc.record(
    {
      labels,
      value: fc.constantFrom(0, 1, 2, Number.NaN),
      scope: labels,
      suffix: fc.constantFrom('_sum', '_count'),
    },
    { requiredKeys: ['labels', 'value'] },
  );
  const samples = fc.oneof(fc.array(sample, { maxLength: 3 }), fc.constant('broken' as const));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(samples, samples, samples), { maxLength: 6 }), async (moments) => {
      const heard: string[] = [];
      const expected: string[] = [];
      const live = new LiveFamilies({ onFamilyError: (name) => heard.push(name) });
      for (const moment of moments) {
        const families = toFamilies(moment);
        const rendered = await live.render(families);
        const anew = await renderFamilies(families, { onFamilyError: (name) => expected.push(name) });
        for (const form of ['text', 'openmetrics'] as const)
          expect(`${Buffer.concat(toPieces(rendered, form))}`).toBe(`${Buffer.concat(toPieces(anew, form))}`);
        expect(rendered.map(({ count }) => count)).toEqual(anew.map(({ count }) => count));
        expect(heard).toEqual(expected);
      }
    }),
  );
});

test('who says the same again is not written again', async () => {
  const live = new LiveFamilies({ onFamilyError: () => {} });
  const moment = (value: number) =>
    toFamilies([[{ labels: { user: 'a' }, value: 1 }], [{ labels: { user: 'a' }, value }]]);
  const [first, second] = await live.render(moment(1));
  const [firstAgain, changed] = await live.render(moment(2));
  expect(firstAgain).toBe(first);
  expect(changed).not.toBe(second);
  expect(`${changed?.series}`).toBe('second{user="a"} 2\n');
});
