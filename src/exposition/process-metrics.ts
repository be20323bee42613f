import { collectDefaultMetrics, Registry } from 'prom-client';
import { systemClock } from '../core/clock.ts';
import type { Family, FamilyType, Sample } from '../core/family.ts';
import { EventLoopLag } from './event-loop-lag.ts';
import type { RenderedFamily } from './forms.ts';
import { LiveFamilies } from './live.ts';
import { createReaders } from './process-readings.ts';
import type { RenderHooks } from './render.ts';

/** Gauges whose names end like a counter's, which promtool refuses; the same numbers are there by type. */
const MISNAMED = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];
/** Of a process they are always the same: prom-client is asked for them once. */
const CONSTANT = ['process_start_time_seconds', 'process_max_fds', 'nodejs_version_info'];
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
  let samples: ReadonlyMap<string, readonly Sample[]> = new Map();
  const families = registry.getMetricsAsArray().map(({ name, help, type }) => ({
    name,
    help,
    type: String(type) as FamilyType,
    labelNames: [],
    samples: () => samples.get(name) ?? [],
  }));
  const lag = new EventLoopLag(systemClock);
  const readers = { ...createReaders(), nodejs_eventloop_lag_seconds: () => lag.read() };
  const live = new LiveFamilies(hooks);
  // prom-client is asked for what is left.
  for (const read of Object.values(readers))
    for (const name of Object.keys(read())) registry.removeSingleMetric(name);
  const ofPromClient = new Map<string, readonly Sample[]>();
  return {
    families,
    async render() {
      const collected: readonly Collected[] = await registry.getMetricsAsJSON();
      for (const metric of collected) ofPromClient.set(metric.name, toSamples(metric));
      for (const name of CONSTANT) registry.removeSingleMetric(name);
      const now = new Map(ofPromClient);
      for (const [family, read] of Object.entries(readers)) {
        try {
          for (const [name, samples] of Object.entries(read())) now.set(name, samples);
        } catch (error) {
          hooks.onFamilyError(family, error);
        }
      }
      samples = now;
      return live.render(families);
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
