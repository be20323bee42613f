import { expect, test } from 'vitest';
import { Histogram, histogramSamples } from '../../src/core/histogram.ts';

test('a value on a bound falls below it; values past the last bound fall in +Inf', () => {
  const histogram = new Histogram([60, 300]);
  for (const value of [0, 60, 60.5, 300, 301, 1e9]) histogram.observe(value);
  expect(histogram.state()).toEqual({ counts: [2, 2, 2], sum: 60 + 60.5 + 300 + 301 + 1e9 });
});

test('samples are cumulative', () => {
  const samples = histogramSamples({ endpoint_id: 'e' }, [60, 300], { counts: [2, 0, 1], sum: 500 });
  expect([...samples]).toEqual([
    { labels: { endpoint_id: 'e', le: '60' }, value: 2, suffix: '_bucket' },
    { labels: { endpoint_id: 'e', le: '300' }, value: 2, suffix: '_bucket' },
    { labels: { endpoint_id: 'e', le: '+Inf' }, value: 3, suffix: '_bucket' },
    { labels: { endpoint_id: 'e' }, value: 500, suffix: '_sum' },
    { labels: { endpoint_id: 'e' }, value: 3, suffix: '_count' },
  ]);
});

test('it goes on from its state, which it does not change', () => {
  const state = { counts: [1, 0], sum: 5 };
  const histogram = new Histogram([60], state);
  histogram.observe(100);
  expect(histogram.state()).toEqual({ counts: [1, 1], sum: 105 });
  expect(state).toEqual({ counts: [1, 0], sum: 5 });
});
