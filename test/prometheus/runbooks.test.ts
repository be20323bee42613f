import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventually } from '../program/program.ts';
import { launchPrometheus } from '../program/prometheus.ts';
import { anchorsOf } from '../support/anchors.ts';
import { needs } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { unknownNames } from './known-names.ts';
import { alerts } from './rule-files.ts';
import { folder, pages } from './runbook-pages.ts';
import { exampleWorld, ways } from './runbook-world.ts';

const HEADINGS = ['What it means', 'How to check', 'What to do', 'When to ignore'];

test('every alert has a page, and every page an alert', () => {
  expect(pages.map(({ name }) => name).sort()).toEqual(alerts.map(({ name }) => name).sort());
});

describe.each(pages)('$name', ({ name, text, queries }) => {
  test('it is built like the others, and its links lead somewhere', () => {
    expect(text.match(/^#+ .*/gm)).toEqual([`# ${name}`, ...HEADINGS.map((heading) => `## ${heading}`)]);
    for (const [, file = '', anchor = ''] of text.matchAll(/\]\(([^)#]+)#?([^)]*)\)/g)) {
      expect(['', ...anchorsOf(readFileSync(join(folder, file), 'utf8'))]).toContain(anchor);
    }
  });

  test('its queries are PromQL about metrics that exist', () => {
    expect(queries.length).toBeGreaterThan(0);
    expect(queries.flatMap(unknownNames)).toEqual([]);
  });
});

test('a page with a command of the exporter says how to come by it, and none goes into what may be down', () => {
  for (const { name, text, commands } of pages) {
    const isUsed = commands.some((command) => /^aws-connections-exporter /m.test(command));
    expect([name, text.includes('](../alerts.md#the-commands-of-the-runbooks)')]).toEqual([name, isUsed]);
    if (/Down|Restarting/.test(name)) expect(text).not.toMatch(/(docker|kubectl) exec/);
  }
});

needs('prometheus')('Prometheus takes every query', { timeout: 120_000 }, async () => {
  const prometheus = await launchPrometheus('{}', temporaryFolder());
  await eventually(() => prometheus.query('vector(1)'));
  for (const query of new Set(pages.flatMap(({ queries }) => queries)))
    expect(await prometheus.query(query.trim())).toEqual([]);
});

needs('aws')('every command works as it is typed', { timeout: 600_000 }, async () => {
  const { type } = await exampleWorld();
  const scripts = new Set(pages.flatMap(({ commands }) => commands));
  for (const script of scripts)
    expect([script, await type(script)]).toEqual([script, { code: 0, output: expect.any(String) }]);
});

test.each(['checkout', 'container', 'service'])(
  'in a %s every command of the exporter works as it is typed',
  { timeout: 120_000 },
  async (way) => {
    expect(ways.map((each) => each.way)).toContain(way);
    const { type } = await exampleWorld();
    const commands = new Set(
      pages.flatMap(({ commands }) => commands.join('').match(/^ *aws-connections-exporter .*$/gm) ?? []),
    );
    expect(commands.size).toBeGreaterThanOrEqual(5);
    for (const command of commands)
      expect([command, await type(command, way)]).toEqual([command, { code: 0, output: expect.any(String) }]);
  },
);
