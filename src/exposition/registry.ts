import type { Metric } from 'prom-client';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { breathe } from '../core/clock.ts';
import type { Family, Sample } from '../core/family.ts';
import { type RenderedFamily, toHeader } from './forms.ts';

/** Series rendered at a time before the event loop gets its turn; a few milliseconds of work. */
const SERIES_AT_A_TIME = 2_000;

/** What prom-client asks of a metric that it renders. */
interface Rendered {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values: readonly { metricName?: string; labels: object; value: number }[];
}

/**
 * The families, written once for every form. All samples are taken before the first await, so that they are of one
 * moment. A family that throws is left out whole and reported; one without samples leaves no trace.
 */
export async function renderFamilies(
  families: readonly Family[],
  onFamilyError: (family: string, error: unknown) => void,
): Promise<readonly RenderedFamily[]> {
  const taken: Rendered[] = [];
  for (const family of families) {
    try {
      taken.push(take(family));
    } catch (error) {
      onFamilyError(family.name, error);
    }
  }
  const rendered: RenderedFamily[] = [];
  let sinceBreath = 0;
  for (const family of taken) {
    if (family.values.length === 0) continue;
    const series: Uint8Array[] = [];
    try {
      for (let start = 0; start < family.values.length; start += SERIES_AT_A_TIME) {
        const values = family.values.slice(start, start + SERIES_AT_A_TIME);
        series.push(await render({ ...family, values }));
        sinceBreath += values.length;
        if (sinceBreath < SERIES_AT_A_TIME) continue;
        sinceBreath = 0;
        await breathe();
      }
      rendered.push({ header: toHeader(family), series });
    } catch (error) {
      onFamilyError(family.name, error);
    }
  }
  return rendered;
}

function take(family: Family): Rendered {
  const { name, help, type } = family;
  return { name, help, type, values: Array.from(family.samples(), (sample) => toValue(name, sample)) };
}

/** A copy: the sample may belong to somebody who counts on before it is rendered. */
function toValue(name: string, { labels, value, suffix }: Sample) {
  return suffix ? { metricName: name + suffix, labels, value } : { labels, value };
}

/**
 * The series of one family through prom-client, but not through its Gauge and Counter: they take two series for one
 * when label values hold commas and colons, and keep label sets that no longer exist.
 */
async function render(family: Rendered): Promise<Uint8Array> {
  const registry = new Registry();
  const metric = { name: family.name, get: async () => family };
  // Of a metric the registry asks for its name and `get` alone; the type wants one of the library's classes.
  registry.registerMetric(metric as unknown as Metric);
  const series = withoutHeader(`${await registry.getSingleMetricAsString(family.name)}\n`);
  const hasNaN = family.values.some(({ value }) => Number.isNaN(value));
  return Buffer.from(hasNaN ? series.replaceAll(' Nan\n', ' NaN\n') : series);
}

/** Without the HELP and TYPE lines: they differ by form. */
function withoutHeader(text: string): string {
  return text.slice(text.indexOf('\n', text.indexOf('\n') + 1) + 1);
}

/** Gauges whose names end like a counter's, which promtool refuses; the same numbers are there by type. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];
/** The event loop's least delay, in seconds, when none was measured: the histogram's start, 2^63 - 1 nanoseconds. */
const NOTHING_MEASURED = Number(2n ** 63n - 1n) / 1e9;

/** Metrics of this process and of Node.js, rendered anew by each call; make them once, for measuring goes on for ever. */
export function createProcessMetrics(): {
  readonly names: readonly string[];
  render(): Promise<readonly RenderedFamily[]>;
} {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  return {
    names: registry.getMetricsAsArray().map(({ name }) => name),
    async render() {
      const rendered: RenderedFamily[] = [];
      // They are written back as they come; the type leaves out the names and labels of their values.
      for (const metric of (await registry.getMetricsAsJSON()) as unknown as Rendered[]) {
        const values = metric.values.filter(
          ({ value }) => Number.isFinite(value) && value !== NOTHING_MEASURED,
        );
        if (values.length === 0) continue;
        rendered.push({ header: toHeader(metric), series: [await render({ ...metric, values })] });
      }
      return rendered;
    },
  };
}
