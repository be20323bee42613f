import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { promtool } from '../prometheus/promtool.ts';
import { RULE_FILES, RULES } from '../prometheus/rule-files.ts';
import type { Exposition } from './exposition.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** The labels of an alert that fires, its name and severity among them. */
export type FiringAlert = Readonly<Record<string, string>>;

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
    this.#endMinute();
  }

  /** A scrape that nobody answers. */
  fail(): void {
    this.#of(`up{${toPairs(TARGET)}}`).push('0');
    this.#endMinute();
  }

  /** Which alerts fire after the scrape of each minute. */
  async firing(): Promise<readonly (readonly FiringAlert[])[]> {
    // What promtool finds it only tells where it expected something else: nothing, beside a series that is always there.
    const expr = 'ALERTS{alertstate="firing"} or vector(1)';
    const checks = Array.from({ length: this.#minutes }, (_, minute) => ({
      expr,
      eval_time: `${minute}m`,
      exp_samples: [],
    }));
    const { message } = await this.#test(checks).then(
      () => new Error('promtool found nothing at all'),
      (error: Error) => error,
    );
    const found = [...message.matchAll(/^ +got:(.*)$/gm)].map(([, got = '']) => got);
    if (found.length !== this.#minutes) throw new Error(message.slice(0, 5000));
    return found.map((got) =>
      [...got.matchAll(/\{__name__="ALERTS", (.*?)\} 1E\+00/g)].map(([, labels = '']) => toLabels(labels)),
    );
  }

  /** Rejects, telling the difference, unless these alerts fire after the scrape of a minute (the first is 0), and no others. */
  async expectFiring(byMinute: ReadonlyMap<number, readonly string[]>): Promise<void> {
    await this.#test(
      [...byMinute].map(([minute, names]) => ({
        expr: 'count by (alertname) (ALERTS{alertstate="firing"})',
        eval_time: `${minute}m`,
        exp_samples: [...new Set(names)].map((alertname) => ({
          labels: `{alertname=${JSON.stringify(alertname)}}`,
          value: names.filter((name) => name === alertname).length,
        })),
      })),
    );
  }

  /** The minute of the last scrape. */
  get minute(): number {
    return this.#minutes - 1;
  }

  #endMinute(): void {
    this.#minutes += 1;
    for (const values of this.#values.values())
      if (values.length < this.#minutes)
        values.push(['_', 'stale'].includes(values.at(-1) ?? '_') ? '_' : 'stale');
  }

  async #test(promql_expr_test: readonly object[]): Promise<void> {
    const folder = temporaryFolder();
    const file = join(folder, 'alarms.test.yml');
    const input_series = [...this.#values].map(([series, values]) => ({ series, values: values.join(' ') }));
    const rule_files = RULE_FILES.map((name) => `${RULES}${name}.yml`);
    const tests = [{ interval: '1m', input_series, promql_expr_test }];
    writeFileSync(file, stringify({ rule_files, evaluation_interval: '1m', tests }));
    await promtool(['test', 'rules', file], folder);
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

function toLabels(text: string): FiringAlert {
  const pairs = [...text.matchAll(/(\w+)=("(?:[^"\\]|\\.)*")/g)].map(([, name, value = '']) => [
    name,
    String(JSON.parse(value)),
  ]);
  const { alertstate: _, ...labels } = Object.fromEntries(pairs) as Record<string, string>;
  return labels;
}
