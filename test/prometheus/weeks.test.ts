import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { parse, stringify } from 'yaml';
import { createRandom } from '../../src/simulator/wire/random.ts';
import { needs } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type Life, scraped } from './exporter-life.ts';
import { promtool } from './promtool.ts';
import { RULES, type RuleFile } from './rule-files.ts';
import { at, type Endpoint, machines, office, shifts, truthOf } from './weeks.ts';

/** From a Monday to the Friday of the week after. */
const MINUTES = at(11, 18);
const ALERTS =
  'ALERTS{alertname=~"ClientVpn(ConnectionSpike|ConnectionDrop|MassDisconnect)",alertstate="firing"}';

/** In the second week: a restart in the middle of a morning, nine minutes of failed passes in another, fifty in an afternoon. */
const life: Life = {
  restart: [at(8, 8, 20), at(8, 8, 22)],
  outages: [
    [at(10, 8, 10), at(10, 8, 19)],
    [at(11, 16, 30), at(11, 17, 20)],
  ],
};

const calm: readonly Endpoint[] = [
  { id: 'office', people: 400, rhythm: office },
  { id: 'shifts', people: 120, rhythm: shifts },
  { id: 'machines', people: 300, rhythm: machines, churn: 15 },
  { id: 'born-on-a-wednesday', people: 400, rhythm: office, bornAt: at(2, 14) },
  { id: 'small', people: 5, rhythm: office },
];

/** On a Tuesday many come who never came before, on the Thursday they go again, and on the Friday most lose their connection. */
const struck: Endpoint = {
  id: 'struck',
  people: 200,
  rhythm: office,
  strike: (minute) => ({
    come: 60 * within(minute, at(8, 14), 3) - 18 * within(minute, at(10, 14), 10),
    reconnect: 140 * within(minute, at(11, 11), 1),
  }),
};

function within(minute: number, from: number, minutes: number): number {
  return Number(minute >= from && minute < from + minutes);
}

function writeTest(folder: string): void {
  // The alerts of the other group know no past; without them it is faster.
  const { groups } = parse(readFileSync(`${RULES}client-vpn.yml`, 'utf8')) as RuleFile;
  writeFileSync(join(folder, 'rules.yml'), stringify({ groups: groups.slice(0, 1) }));
  const random = createRandom(7);
  const input_series = [...calm, struck].flatMap((endpoint) =>
    scraped(endpoint.id, truthOf(endpoint, MINUTES, random), life),
  );
  const fired = ['ClientVpnConnectionDrop', 'ClientVpnConnectionSpike', 'ClientVpnMassDisconnect'];
  const promql_expr_test = [
    {
      // The first day has no yesterday, so that the end of the first shift is an alarm.
      expr: `count by (alertname, endpoint_id) (count_over_time(${ALERTS}[${MINUTES - at(1, 0)}m]))`,
      eval_time: `${MINUTES - 1}m`,
      exp_samples: fired.map((name) => ({ labels: `{alertname="${name}",endpoint_id="struck"}`, value: 1 })),
    },
  ];
  const tests = [{ interval: '1m', input_series, promql_expr_test }];
  const file = { rule_files: ['rules.yml'], evaluation_interval: '1m', tests };
  writeFileSync(join(folder, 'weeks.yml'), JSON.stringify(file));
}

needs('promtool')(
  'in two weeks of a company what happens fires, and nothing else does',
  async () => {
    const folder = temporaryFolder();
    writeTest(folder);
    expect(await promtool(['test', 'rules', 'weeks.yml'], folder)).toMatch(/SUCCESS/);
  },
  300_000,
);
