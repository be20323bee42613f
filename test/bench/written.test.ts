import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { keptResult, writtenPages } from '../../bench/frame/pages.ts';
import { markdown, rows } from '../../bench/frame/report.ts';
import { isReached } from '../../bench/frame/row.ts';
import { median, percentile } from '../../bench/frame/run.ts';
import { studies } from '../../bench/tables/index.ts';

const kept = keptResult();

test('the result that is kept is of everything that is measured today', () => {
  expect(Object.keys(kept.figures).sort()).toEqual([...rows.keys()].sort());
  expect(Object.keys(kept.tables).sort()).toEqual(studies.map(({ name }) => name).sort());
});

test('every figure is a number, and has a baseline where its row has one', () => {
  for (const [key, { figure, baseline }] of Object.entries(kept.figures)) {
    expect([key, Number.isFinite(figure)]).toEqual([key, true]);
    expect([key, Number.isFinite(baseline)]).toEqual([key, rows.get(key)?.baseline !== undefined]);
  }
});

test.each(writtenPages(kept))('$path says what the run found that is kept', ({ path, text }) => {
  expect(readFileSync(path, 'utf8')).toBe(text);
});

test('a table has what was measured and nothing else', () => {
  const figures = { 'pass.http': { figure: 4.56, baseline: 38, beside: 'by hand: 2 µs' } };
  const text = markdown({ ...kept, figures, tables: {} });
  const [, line] = text.split('\n').filter((each) => each.startsWith('| ') && !each.includes('---'));
  expect(line).toMatch(
    /\| 4\.56 µs \| the plain SDK paginator, counting rows: 38 µs; by hand: 2 µs \| 0\.12 \| 0\.12 × \| yes \|$/,
  );
  expect(text).not.toContain('###');
});

test.each([
  { of: 'ratio', most: 0.5, reached: true },
  { of: 'ratio', most: 0.49, reached: false },
  { of: 'figure', most: 10, reached: true },
  { of: 'figure', most: 9.9, reached: false },
  { of: 'difference', most: -10, reached: true },
  { of: 'difference', most: -11, reached: false },
] as const)('of 10 by 20, a $of of at most $most is reached: $reached', ({ of, most, reached }) => {
  const row = { what: '', unit: 'ms', must: { of, most } } as const;
  expect(isReached(row, { figure: 10, baseline: 20 })).toBe(reached);
});

test('what must be below a baseline that was not measured is not reached', () => {
  expect(isReached({ what: '', unit: 'ms', must: { of: 'ratio', most: 1 } }, { figure: 0 })).toBe(false);
  expect(isReached({ what: '', unit: 'ms' }, { figure: 0 })).toBeUndefined();
});

test('medians and percentiles', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(percentile([5, 1, 3], 1)).toBe(5);
  expect(
    percentile(
      Array.from({ length: 101 }, (_, n) => n),
      0.99,
    ),
  ).toBe(99);
  expect(median([])).toBeNaN();
});
