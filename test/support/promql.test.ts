import { expect, test } from 'vitest';
import { toQuery } from './promql.ts';

test('it finds selectors with their matchers and what is around them', () => {
  const { selectors, labels } = toQuery(
    'sum by (status) (max by (region) (rate(x_total{job=~"$job", a!="b"}[5m]))) / on (region) group_left (name) info',
  );
  expect(selectors).toEqual([
    {
      metric: 'x_total',
      matchers: new Map([
        ['job', 'job=~"$job"'],
        ['a', 'a!="b"'],
      ]),
      within: ['[5m]', 'rate', 'max', 'sum'],
    },
    { metric: 'info', matchers: new Map(), within: [] },
  ]);
  expect([...labels].sort()).toEqual(['a', 'job', 'name', 'region', 'status']);
});

test('it knows subqueries and labels that functions write', () => {
  const query = toQuery('max_over_time(label_replace(a, "to", "$1", "from", "(.*)")[7d:1m] offset 10m)');
  expect(query.selectors[0]?.within).toEqual(['label_replace', '[7d:1m]', 'max_over_time']);
  expect([...query.labels].sort()).toEqual(['from', 'to']);
});

test.each(['', 'sum(', 'a{b=}', 'rate(a[5m]', 'a b'])('%j is no query', (text) => {
  expect(() => toQuery(text)).toThrow();
});
