import { readFileSync } from 'node:fs';
import { collectDefaultMetrics, Registry } from 'prom-client';

/** The labels of every series there can be, by its name. */
export type Catalogue = ReadonlyMap<string, ReadonlySet<string>>;

/** What Prometheus says of every target. */
const SCRAPE = ['up', 'scrape_duration_seconds', 'scrape_samples_scraped'];

/** The exporter's metrics as docs/metrics.md lists them, those of the process as prom-client makes them, and Prometheus' own. */
export function readCatalogue(): Catalogue {
  const catalogue = new Map<string, ReadonlySet<string>>(SCRAPE.map((name) => [name, new Set()]));
  const add = (name: string, type: string, labels: readonly string[]) => {
    if (type !== 'histogram') catalogue.set(name, new Set(labels));
    else {
      for (const suffix of ['sum', 'count']) catalogue.set(`${name}_${suffix}`, new Set(labels));
      catalogue.set(`${name}_bucket`, new Set([...labels, 'le']));
    }
  };
  const rows = readFileSync('docs/metrics.md', 'utf8').matchAll(/^\| `(\w+)` \| (\w+) \| (.*?) \|/gm);
  for (const [, name = '', type = '', labels = ''] of rows) {
    add(
      name,
      type,
      [...labels.matchAll(/`(\w+)`/g)].map(([, label = '']) => label),
    );
  }
  const register = new Registry();
  collectDefaultMetrics({ register });
  for (const metric of register.getMetricsAsArray()) {
    const { labelNames = [] } = metric as { labelNames?: readonly string[] };
    add(metric.name, String(metric.type), labelNames);
  }
  return catalogue;
}
