import { collectDefaultMetrics, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { createProcessMetrics } from '../../src/exposition/process-metrics.ts';
import { createReaders } from '../../src/exposition/process-readings.ts';

test('names, types and help are those of prom-client, in its order', () => {
  const theirs = new Registry();
  collectDefaultMetrics({ register: theirs });
  const expected = theirs
    .getMetricsAsArray()
    .filter(({ name }) => !/^nodejs_active_.*_total$/.test(name))
    .map(({ name, help, type }) => ({ name, help, type }));
  const { families } = createProcessMetrics({ onFamilyError: () => {} });
  expect(families.map(({ name, help, type }) => ({ name, help, type }))).toEqual(expected);
});

test('what is read without prom-client has its labels and its values', async () => {
  const theirs = new Registry();
  collectDefaultMetrics({ register: theirs });
  const read = createReaders();
  const names = Object.values(read).flatMap((reader) => Object.keys(reader()));
  // Three of the CPU, three of the heap, three of its spaces, and of Linux three of the memory and one of descriptors.
  expect(names).toHaveLength(process.platform === 'linux' ? 13 : 9);
  const of = new Map((await theirs.getMetricsAsJSON()).map(({ name, values }) => [name, values]));
  const ours = new Map(Object.values(read).flatMap((reader) => Object.entries(reader())));
  for (const name of names) {
    const expected = of.get(name) ?? [];
    const samples = ours.get(name) ?? [];
    expect(samples.map(({ labels }) => labels)).toEqual(expected.map(({ labels }) => labels));
    for (const [index, { value }] of samples.entries()) {
      const theirValue = expected[index]?.value ?? Number.NaN;
      // Both move on between the two readings: CPU by less than a second, a descriptor or two, and some memory.
      const tolerance = name.includes('cpu') ? 1 : name.includes('fds') ? 5 : theirValue / 4 + 2 ** 23;
      expect(Math.abs(value - theirValue), `${name} ${value} ${theirValue}`).toBeLessThanOrEqual(tolerance);
    }
  }
});
