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
  // Three of the CPU, three of the heap, three of its spaces, three of what is active, and of Linux three of the memory and one of descriptors.
  expect(names).toHaveLength(process.platform === 'linux' ? 16 : 12);
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

test('every rendering has what stays the same and what moves on', async () => {
  const { render } = createProcessMetrics({ onFamilyError: () => {} });
  const seen = async () => new Map((await render()).map((one) => [one.family.name, `${one.series}`]));
  const [first, second] = [await seen(), await seen()];
  expect([...second.keys()]).toEqual([...first.keys()]);
  for (const name of ['process_start_time_seconds', 'process_max_fds', 'nodejs_version_info'])
    expect(second.get(name)).toBe(first.get(name));
  expect(second.get('process_cpu_seconds_total')).not.toBe(first.get('process_cpu_seconds_total'));
});
