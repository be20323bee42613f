import { readdirSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { RULES } from './rule-files.ts';

/** A unit test of promtool about one alert, as it stands in a file beside the rules. */
export interface Case {
  readonly alert: string;
  /** What is said after the name of the alert. */
  readonly name: string;
  readonly series: readonly InputSeries[];
  /** The minute at which it is looked at. */
  readonly minute: number;
  /** The labels of what fires then. */
  readonly firing: readonly Labels[];
}

/** A series, with its value at every minute: a number, `_` or `stale`. */
export interface InputSeries {
  readonly name: string;
  readonly labels: Labels;
  readonly values: readonly string[];
}

type Labels = Readonly<Record<string, string>>;

interface Written {
  readonly name: string;
  readonly input_series: readonly { readonly series: string; readonly values: string }[];
  readonly alert_rule_test: readonly [
    { readonly eval_time: string; readonly exp_alerts?: readonly { readonly exp_labels: Labels }[] },
  ];
}

/** Every case of every alert that stands in a file. */
export const cases: readonly Case[] = readdirSync(RULES)
  .filter((file) => file.endsWith('.test.yml'))
  .flatMap((file) => {
    // Each scalar as it is written: `0x9` is ten noughts, not a number of hexadecimal digits.
    const content = parse(readFileSync(`${RULES}${file}`, 'utf8'), { schema: 'failsafe' }) as {
      tests: Written[];
    };
    return content.tests.map(toCase);
  });

function toCase({ name, input_series, alert_rule_test: [check] }: Written): Case {
  const [alert = '', ...rest] = name.split(': ');
  return {
    alert,
    name: rest.join(': '),
    series: input_series.map(({ series, values }) => ({
      name: /^[^{]*/.exec(series)?.[0] ?? '',
      labels: toLabels(series),
      values: values.trim().split(/\s+/).flatMap(toValues),
    })),
    minute: toMinutes(check.eval_time),
    firing: (check.exp_alerts ?? []).map(({ exp_labels }) => exp_labels),
  };
}

function toLabels(series: string): Labels {
  return Object.fromEntries(
    [...series.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value = '']) => [name, value]),
  );
}

/** What promtool makes of one item of its notation: `1x2` is three ones, `_x2` two gaps, `0+5x2` is 0, 5 and 10. */
function toValues(item: string): readonly string[] {
  const [, start = '', step = '0', times] = /^(_|stale|-?[\d.]+)([+-][\d.]+)?(?:x(\d+))?$/.exec(item) ?? [];
  if (start === '') throw new Error(`this notation of values is not known here: ${item}`);
  if (start === '_') return Array.from({ length: Number(times ?? 1) }, () => '_');
  if (times === undefined) return [item];
  return Array.from({ length: Number(times) + 1 }, (_, index) => `${Number(start) + index * Number(step)}`);
}

function toMinutes(time: string): number {
  const units: Readonly<Record<string, number>> = { d: 1440, h: 60, m: 1 };
  return [...time.matchAll(/(\d+)([dhm])/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * (units[unit] ?? Number.NaN),
    0,
  );
}

/** Whether the exporter is what is scraped, or what its target says of it: the rest comes from elsewhere. */
const isScraped = ({ name }: InputSeries) => !name.includes(':') && !name.startsWith('container_');

/** Whether a counter begins at nought with the process. */
const isOfProcess = ({ name }: InputSeries) =>
  name.startsWith('aws_connections_exporter_') && name.endsWith('_total');

const OTHER = 'other-';

const asOther = (labels: Labels): Labels => ({
  ...labels,
  ...(labels.instance === undefined ? {} : { instance: `${OTHER}${labels.instance}` }),
  ...(labels.pod === undefined ? {} : { pod: `${OTHER}${labels.pod}` }),
});

/** The series of a second exporter, which is scraped under another address. */
export const ofOther = (series: readonly InputSeries[]): readonly InputSeries[] =>
  series
    .filter((each) => !each.name.includes(':'))
    .map((each) => ({ ...each, labels: asOther(each.labels) }));

/** Two exporters that see the same. What is told of an instance is told of both. */
export function twice(given: Case): Case {
  const others = given.firing.filter(({ instance }) => instance !== undefined).map(asOther);
  return {
    ...given,
    series: [...given.series, ...ofOther(given.series)],
    firing: [...given.firing, ...others],
  };
}

/** The owner of the target wrote labels on it; those of the exporter are honoured. */
export function labelled(given: Case): Case {
  const ofTarget = { account_id: '999999999999', region: 'eu-central-1', endpoint_id: 'rack-7' };
  return {
    ...given,
    series: given.series.map((each) =>
      isScraped(each) ? { ...each, labels: { ...ofTarget, ...each.labels } } : each,
    ),
  };
}

/** The exporter is away for two scrapes from a minute on; what its disk does not hold begins anew. */
export function restarted(given: Case, at: number): Case {
  return {
    ...given,
    series: given.series.map((each) => {
      if (!isScraped(each) || each.values.length <= at) return each;
      const gap = each.name === 'up' ? ['0', '0'] : [each.values[at - 1] === '_' ? '_' : 'stale', '_'];
      const base = isOfProcess(each) ? Number(each.values[at]) || 0 : 0;
      const rest = each.values
        .slice(at + 2)
        .map((value) => (base > 0 && !Number.isNaN(Number(value)) ? `${Number(value) - base}` : value));
      return { ...each, values: [...each.values.slice(0, at), ...gap, ...rest] };
    }),
  };
}

/** The same as promtool takes it. Labels alone are compared: what an alert says has its own cases. */
export function toUnitTest({ alert, name, series, minute, firing }: Case): object {
  return {
    name: `${alert}: ${name}`,
    interval: '1m',
    input_series: series.map(({ name: metric, labels, values }) => ({
      series: `${metric}{${toPairs(labels)}}`,
      values: values.join(' '),
    })),
    promql_expr_test: [
      {
        expr: `ALERTS{alertname="${alert}",alertstate="firing"}`,
        eval_time: `${minute}m`,
        exp_samples: firing.map((labels) => ({
          labels: `ALERTS{${toPairs({ ...labels, alertname: alert, alertstate: 'firing' })}}`,
          value: 1,
        })),
      },
    ],
  };
}

const toPairs = (labels: Labels) =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(',');
