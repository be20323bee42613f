import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Given } from '../../fuzz/target.ts';
import { targets } from '../../fuzz/targets/index.ts';

/** How many inputs each is given here; `npm run fuzz` gives as many as there is time for. */
const RUNS: Readonly<Record<string, number>> = {
  'client-vpn-xml': 400,
  'site-to-site-xml': 200,
  'aws-answers': 100,
  intake: 150,
  'access-log-rows': 3_000,
  'queue-messages': 3_000,
  http: 40,
  'scrape-headers': 60,
  configuration: 40,
  'web-config': 40,
  'ids-file': 100,
  'state-files': 4,
};

test('every target is tried here', () => {
  expect(Object.keys(RUNS).sort()).toEqual(targets.map(({ name }) => name).sort());
});

test.each(targets)('$name', { timeout: 120_000 }, async (target) => {
  const { runs, failed } = await target.fuzz({ seed: 1, runs: RUNS[target.name] ?? 0 });
  expect(failed).toBeUndefined();
  expect(runs).toBe(RUNS[target.name]);
});

const onceFailed = JSON.parse(readFileSync('fuzz/once-failed.json', 'utf8')) as (Given & { was: string })[];

test.each(onceFailed)('what once failed fails no more: $target, $was', async ({ target: name, input }) => {
  const target = targets.find((one) => one.name === name);
  expect(await target?.replay(input)).toBeUndefined();
  expect(target).toBeDefined();
});

test('a fault is found, shrunk, kept as JSON and found again in a replay', async () => {
  const { createTarget } = await import('../../fuzz/target.ts');
  const { default: fc } = await import('fast-check');
  const target = createTarget<string>({
    name: 'broken',
    inputs: { any: fc.string({ maxLength: 30 }) },
    open: async () => ({
      judge(input) {
        if (input.length > 3) throw new Error('it is too long');
      },
      close: async () => {},
    }),
  });
  const { failed, kinds } = await target.fuzz({ seed: 1, runs: 1_000 });
  expect(failed).toMatchObject({ target: 'broken', kind: 'any', fault: expect.stringContaining('too long') });
  const { input } = JSON.parse(JSON.stringify(failed));
  expect(input).toHaveLength(4);
  expect(kinds.any).toBeGreaterThan(0);
  expect(await target.replay(input)).toContain('too long');
  expect(await target.replay('abc')).toBeUndefined();
});
