import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { promtool } from '../prometheus/promtool.ts';
import { RULE_FILES, RULES } from '../prometheus/rule-files.ts';
import type { Exposition } from './exposition.ts';
import { temporaryFolder } from './temporary-folder.ts';

const TARGET = { job: 'exporter', instance: 'localhost:10176' };

/** What a Prometheus that scrapes once a minute makes of expositions, by the rules that are shipped. */
export class Alarms {
  readonly #values = new Map<string, string[]>();
  #minutes = 0;

  /** The scrape of the next minute. */
  scrape({ series }: Pick<Exposition, 'series'>): void {
    const own = series.filter(({ name }) => name.startsWith('aws_'));
    for (const { name, labels, value } of [{ name: 'up', labels: {}, value: 1 }, ...own]) {
      const values = this.#of(`${name}{${toPairs({ ...labels, ...TARGET })}}`);
      values.push(String(value));
    }
    this.#minutes += 1;
    for (const values of this.#values.values())
      if (values.length < this.#minutes) values.push(values.at(-1) === '_' ? '_' : 'stale');
  }

  /** Rejects, telling the difference, unless these alerts fire after the scrape of a minute (the first is 0), and no others. */
  async expectFiring(byMinute: ReadonlyMap<number, readonly string[]>): Promise<void> {
    const folder = temporaryFolder();
    const file = join(folder, 'alarms.test.yml');
    const test = {
      rule_files: RULE_FILES.map((name) => `${RULES}${name}.yml`),
      evaluation_interval: '1m',
      tests: [
        {
          interval: '1m',
          input_series: [...this.#values].map(([name, values]) => ({
            series: name,
            values: values.join(' '),
          })),
          promql_expr_test: [...byMinute].map(([minute, names]) => ({
            expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
            eval_time: `${minute}m`,
            exp_samples: [...new Set(names)].map((alertname) => ({
              labels: `{alertname=${JSON.stringify(alertname)}}`,
              value: names.filter((name) => name === alertname).length,
            })),
          })),
        },
      ],
    };
    writeFileSync(file, stringify(test));
    await promtool(['test', 'rules', file], folder);
  }

  /** The minute of the last scrape. */
  get minute(): number {
    return this.#minutes - 1;
  }

  #of(name: string): string[] {
    const values = this.#values.get(name) ?? Array.from({ length: this.#minutes }, () => '_');
    this.#values.set(name, values);
    return values;
  }
}

function toPairs(labels: Readonly<Record<string, string>>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',');
}
