import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { documents } from '../../src/app/documents.ts';
import { toRules } from '../../src/app/rules.ts';
import { needs } from '../support/programs.ts';
import { unknownNames } from './known-names.ts';
import { promtool } from './promtool.ts';
import { alerts, RULE_FILES, RULES, type Rule, type RuleFile, rules, rulesOf } from './rule-files.ts';

const docs = fileURLToPath(new URL('../../docs/', import.meta.url));

/** The queries of a rule: its expression and what its annotations ask. */
function queriesOf({ expr, annotations = {} }: Rule): readonly string[] {
  const asked = Object.values(annotations).flatMap((text) => [...text.matchAll(/printf "([^"]*\{[^"]*)"/g)]);
  return [expr, ...asked.map(([, query = '']) => query.replaceAll('%q', '"x"'))];
}

test.each(rules.map((rule) => [rule.alert ?? rule.record, rule] as const))(
  '%s names what exists',
  (_, rule) => {
    expect(queriesOf(rule).flatMap(unknownNames)).toEqual([]);
    // Answers that are data are no faults.
    expect(rule.expr).not.toMatch(/error="?[^"]*(gone|invalid)/);
    if (rule.expr.includes('aws_request_errors_total')) expect(rule.expr).toContain('error="');
  },
);

describe.each(alerts)('$name', ({ name, labels, annotations }) => {
  test('says how bad it is, what is wrong, and what to do', () => {
    expect(['critical', 'warning', 'info']).toContain(labels?.severity);
    expect(Object.keys(annotations ?? {})).toEqual(['summary', 'description', 'runbook_url']);
    expect(annotations?.description).toContain('{{');
    expect(annotations?.runbook_url).toBe(`/runbooks/${name}`);
    expect([...documents.runbooks.keys()]).toContain(name);
  });
});

/** The unit tests of a rule file: those of minutes and hours, and those of days. */
const testFilesOf = (file: string) =>
  readdirSync(RULES).filter((name) => name.startsWith(`${file}.`) && name.endsWith('.test.yml'));

describe.each(RULE_FILES)('%s', (file) => {
  test('every alert has a case in which it fires, one in which it just does not, and one without data', () => {
    const tests = testFilesOf(file).flatMap((name) => {
      const content = parse(readFileSync(`${RULES}${name}`, 'utf8')) as { tests: UnitTest[] };
      return content.tests;
    });
    for (const { alert } of rulesOf(file)) {
      if (alert === undefined) continue;
      const cases = tests.filter(({ name }) => name.startsWith(`${alert}: `));
      const names = cases.map(({ name }) => name.slice(alert.length + 2));
      expect(names).toEqual(expect.arrayContaining(['fires', 'silent just below', 'missing data']));
      expect(new Set(names).size).toBe(names.length);
      for (const { name, alert_rule_test } of cases)
        expect([name, alert_rule_test]).toEqual([name, [expect.objectContaining({ alertname: alert })]]);
      const fires = cases.filter(({ alert_rule_test: [only] }) => only?.exp_alerts);
      expect(fires).toEqual(cases.filter(({ name }) => name.startsWith(`${alert}: fires`)));
    }
  });

  needs('promtool')(
    'promtool finds the rules good, and they do as their unit tests say',
    { timeout: 300_000 },
    async () => {
      expect(await promtool(['check', 'rules', `${file}.yml`], RULES)).toContain(
        `SUCCESS: ${rulesOf(file).length} rules found`,
      );
      expect(await promtool(['test', 'rules', ...testFilesOf(file)], RULES)).toContain('SUCCESS');
    },
  );
});

interface UnitTest {
  readonly name: string;
  readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts?: unknown }[];
}

test('the page of the alerts tells of every rule, as it is', () => {
  const page = readFileSync(`${docs}alerts.md`, 'utf8');
  const rows = [...page.matchAll(/^\| `(\w+)` \| (\w+) \| .+ \| \[runbook\]\((.*)\) \|$/gm)];
  expect(rows.map(([, ...cells]) => cells)).toEqual(
    alerts.map(({ name, labels }) => [name, labels?.severity, `runbooks/${name}.md`]),
  );
  const recorded = [...page.matchAll(/^\| `(\w+:\w+:\w+)` \|/gm)].map(([, name]) => name);
  expect(recorded).toEqual(rules.flatMap(({ record }) => record ?? []));
});

test('describe rules gives all groups in one file, with what the address of the exporter changes and nothing else', () => {
  const url = 'https://exporter.example.com/vpn';
  const groups = RULE_FILES.flatMap((file) => {
    const text = readFileSync(`${RULES}${file}.yml`, 'utf8').replaceAll(': /runbooks/', `: ${url}/runbooks/`);
    return (parse(text) as RuleFile).groups;
  });
  expect(parse(toRules(url))).toEqual({ groups });
  expect((parse(toRules('')) as RuleFile).groups.flatMap((group) => group.rules)).toEqual(rules);
});

test('what the rules look back at is what the page says that Prometheus must keep', () => {
  const HOURS: Readonly<Record<string, number>> = { m: 1 / 60, h: 1, d: 24, w: 168 };
  const windows = rules.flatMap(({ expr }) => [...expr.matchAll(/(?:\[|offset )(\d+)([mhdw])/g)]);
  expect(windows.length).toBeGreaterThan(20);
  const longest = Math.max(
    ...windows.map(([, count, unit = '']) => Number(count) * (HOURS[unit] ?? Number.NaN)),
  );
  expect(longest).toBe(14 * 24);
  expect(readFileSync(`${docs}alerts.md`, 'utf8')).toMatch(/two weeks that Prometheus keeps/);
});
