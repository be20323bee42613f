import { expect, test } from 'vitest';
import { Tally } from '../../src/core/tally.ts';

test('series are counted apart, however their labels would look side by side', () => {
  const tally = new Tally('rejected_total', 'Rejected.', ['a', 'b']);
  tally.add({ a: '1,b:2', b: '3' });
  tally.add({ a: '1', b: '2,b:3' }, 4);
  tally.add({ b: '3', a: '1,b:2' });
  tally.add({ a: 'none', b: '' }, 0);
  expect([...tally.samples()]).toEqual([
    { labels: { a: '1,b:2', b: '3' }, value: 2 },
    { labels: { a: '1', b: '2,b:3' }, value: 4 },
    { labels: { a: 'none', b: '' }, value: 0 },
  ]);
});

test('samples stay as they were when given, and are made anew when something was added', () => {
  const tally = new Tally('rejected_total', 'Rejected.', ['a']);
  tally.add({ a: '1' });
  const first = tally.samples();
  expect(tally.samples()).toBe(first);
  tally.add({ a: '1' });
  tally.add({ a: '2' });
  expect([...first]).toEqual([{ labels: { a: '1' }, value: 1 }]);
  expect([...tally.samples()]).toEqual([
    { labels: { a: '1' }, value: 2 },
    { labels: { a: '2' }, value: 1 },
  ]);
});
