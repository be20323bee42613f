import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { systemClock } from '../core/clock.ts';
import type { Family, FamilyType, Sample } from '../core/family.ts';
import { EventLoopLag } from './event-loop-lag.ts';
import type { RenderedFamily } from './forms.ts';
import { type RenderHooks, renderFamilies } from './render.ts';

/** Gauges whose names end like a counter's, which promtool refuses; the same numbers are there by type. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];
/** The longest of timers, in milliseconds: prom-client's own look at the event loop, a hundred times a second, is left to sleep. */
const NEVER_MS = 2 ** 31 - 1;

/** The families of this process and of Node.js. */
export interface ProcessMetrics {
  readonly families: readonly Family[];
  /** As they are now. */
  render(): Promise<readonly RenderedFamily[]>;
}

/** What prom-client gives of a metric; a value of a histogram has the name of its series. */
interface Collected {
  readonly name: string;
  readonly values: readonly {
    readonly value: number;
    readonly labels: object;
    readonly metricName?: string;
  }[];
}

/** prom-client's metrics of this process and of Node.js; make them once, for measuring goes on for ever. */
export function createProcessMetrics(hooks: RenderHooks): ProcessMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: NEVER_MS });
  for (const name of MISNAMED) registry.removeSingleMetric(name);
  measureLag(registry);
  let samples: ReadonlyMap<string, readonly Sample[]> = new Map();
  const families = registry.getMetricsAsArray().map(({ name, help, type }) => ({
    name,
    help,
    type: String(type) as FamilyType,
    labelNames: [],
    samples: () => samples.get(name) ?? [],
  }));
  return {
    families,
    async render() {
      const collected: readonly Collected[] = await registry.getMetricsAsJSON();
      samples = new Map(collected.map((metric) => [metric.name, toSamples(metric)]));
      return renderFamilies(families, hooks);
    },
  };
}

/** What was not measured is not there. */
function toSamples({ name, values }: Collected): readonly Sample[] {
  return values
    .filter(({ value }) => Number.isFinite(value))
    .map(({ value, labels, metricName = name }) => ({
      labels: labels as Sample['labels'],
      value,
      suffix: metricName.slice(name.length) as NonNullable<Sample['suffix']>,
    }));
}

/** Has prom-client's gauges of the event loop's lag set to what we measure, at less cost. */
function measureLag(registry: Registry): void {
  const lag = new EventLoopLag(systemClock);
  const set = (which: string, seconds: number) => {
    const gauge = registry.getSingleMetric(`nodejs_eventloop_lag_${which}seconds`);
    if (gauge instanceof Gauge) gauge.set(seconds);
  };
  const ofAll = registry.getMetricsAsArray().find(({ name }) => name === 'nodejs_eventloop_lag_seconds');
  if (!ofAll) return;
  ofAll.collect = () => {
    const beganAt = systemClock.monotonic();
    setImmediate(() => set('', (systemClock.monotonic() - beganAt) / 1e3));
    for (const [which, seconds] of Object.entries(lag.take())) set(`${which}_`, seconds);
  };
}
