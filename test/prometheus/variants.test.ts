import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { needs } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { promtool } from './promtool.ts';
import { alerts, type Rule, rules } from './rule-files.ts';
import { type Case, cases, labelled, ofOther, restarted, toUnitTest, twice } from './variants.ts';

/** What every alert is tried in, beside its own cases. */
type Situation = 'two exporters' | 'labels of the target' | 'restart';

const OF_PROCESS = 'It is about the process and its files, whatever its passes do.';
const OF_PRESENCE = 'It asks whether series are there, and they are there between passes too.';
const BESIDE_PASSES = 'Access logs and queues are read beside the passes.';

/** The alerts to which a slow schedule makes no difference, and why. */
const WITHOUT_SLOW_SCHEDULE: Readonly<Record<string, string>> = {
  ClientVpnEndpointGone: OF_PRESENCE,
  WebSocketEndpointGone: OF_PRESENCE,
  SiteToSiteVpnConnectionGone: OF_PRESENCE,
  AwsConnectionsTargetGone: OF_PRESENCE,
  AwsConnectionsExporterDown: OF_PROCESS,
  AwsConnectionsExporterMissing: OF_PROCESS,
  AwsConnectionsExporterRestarting: OF_PROCESS,
  AwsConnectionsPassesOverdue: 'The exporter itself compares with its schedule.',
  AwsConnectionsStorageNotWritten: OF_PROCESS,
  AwsConnectionsStorageSetAside: OF_PROCESS,
  AwsConnectionsMemoryNearLimit: OF_PROCESS,
  AwsConnectionsConfigReloadFailed: OF_PROCESS,
  AwsConnectionsIntakeEventsLost: 'Events are taken in whenever they come.',
  AwsConnectionsSourceLate: BESIDE_PASSES,
  AwsConnectionsSourceEventsLost: BESIDE_PASSES,
  AwsConnectionsFamilyErrors: OF_PROCESS,
};

/** Alerts on sums: of two exporters, what each has just below is too much. */
const ADDS_UP = ['AwsConnectionsThrottled'];

const caseOf = (alert: string, name: string): Case => {
  const found = cases.find((each) => each.alert === alert && each.name === name);
  if (found === undefined) throw new Error(`${alert} has no case '${name}'`);
  return found;
};

/** What follows from the cases of an alert: in each situation it fires, or is silent, as it did without. */
function variantsOf({ name: alert, for: waiting = '0m' }: (typeof alerts)[number]): Case[] {
  const [fires, below] = [caseOf(alert, 'fires'), caseOf(alert, 'silent just below')];
  const beside: Case = { ...fires, series: [...fires.series, ...ofOther(below.series)] };
  const isOfInstance = fires.firing.some(({ instance }) => instance !== undefined);
  const halfway = ({ minute }: Case) => Math.floor(minute / 2);
  // What stands on the last scrape waits anew after a restart.
  const again = 2 * Number.parseInt(waiting, 10);
  const variants: readonly (readonly [Situation, readonly Case[]])[] = [
    [
      'two exporters',
      [twice(fires), ...(isOfInstance ? [beside] : []), ...(ADDS_UP.includes(alert) ? [] : [twice(below)])],
    ],
    ['labels of the target', [labelled(fires), labelled(below)]],
    [
      'restart',
      [
        { ...restarted(fires, halfway(fires)), minute: fires.minute + again },
        restarted(below, halfway(below)),
      ],
    ],
  ];
  return variants.flatMap(([situation, found]) =>
    found.map((variant) => ({ ...variant, name: `${variant.name}, ${situation}` })),
  );
}

/** A rule and the records that it stands on, in their order. */
function withRecords(rule: Rule): readonly Rule[] {
  const records = rules.filter(
    ({ record }) => record !== undefined && record !== rule.record && rule.expr.includes(record),
  );
  return [...new Set([...records.flatMap(withRecords), rule])];
}

describe.each(alerts)('$name', (alert) => {
  test('has a case of a slow schedule, or a reason why it needs none', () => {
    const onSlow = cases.filter(({ alert: of, name }) => of === alert.name && / slow schedule/.test(name));
    expect(onSlow.length > 0).toBe(WITHOUT_SLOW_SCHEDULE[alert.name] === undefined);
  });

  needs('promtool')(
    'does the same with two exporters, labels of the target, and after a restart',
    { timeout: 120_000 },
    async () => {
      const folder = temporaryFolder();
      const { name: _, ...rule } = alert;
      const groups = [{ name: alert.name, interval: '1m', rules: withRecords(rule) }];
      writeFileSync(join(folder, 'rules.yml'), stringify({ groups }));
      const tests = variantsOf(alert).map(toUnitTest);
      const content = { rule_files: ['rules.yml'], evaluation_interval: '1m', tests };
      writeFileSync(join(folder, 'variants.test.yml'), stringify(content));
      expect(await promtool(['test', 'rules', 'variants.test.yml'], folder)).toContain('SUCCESS');
    },
  );
});

test('reasons are given of alerts that exist', () => {
  const names = alerts.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining([...Object.keys(WITHOUT_SLOW_SCHEDULE), ...ADDS_UP]));
});
