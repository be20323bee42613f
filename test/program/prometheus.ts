import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../support/free-port.ts';
import { programPath } from '../support/programs.ts';
import type { Daemon } from './lab.ts';
import { launch } from './program.ts';

type Sample = readonly [seconds: number, value: string];

/** One series that a query gave: an instant query's `value`, a range selector's `values`. */
export interface Found {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: Sample;
  readonly values?: readonly Sample[];
}

/** A real Prometheus, asked through its HTTP API. */
export interface Prometheus {
  readonly url: string;
  /** What a query gives at an instant, now if not given; throws for one that Prometheus refuses. */
  query(query: string, seconds?: number): Promise<readonly Found[]>;
  /** The value of an instant query that has one series; throws while it has none. */
  value(query: string, seconds?: number): Promise<number>;
  /** The samples of the single series that a range selector gives. */
  samples(query: string, seconds?: number): Promise<readonly Sample[]>;
}

/** Starts a Prometheus with this configuration, which lies in `folder` beside its data. */
export async function launchPrometheus(config: string, folder: string): Promise<Prometheus> {
  const file = join(folder, 'prometheus.yml');
  writeFileSync(file, config);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  launch(programPath('prometheus'), [
    `--config.file=${file}`,
    `--storage.tsdb.path=${join(folder, 'tsdb')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]);
  const query = async (text: string, seconds?: number) => {
    const params = new URLSearchParams({
      query: text,
      ...(seconds !== undefined && { time: seconds.toFixed(3) }),
    });
    const response = await fetch(`${url}/api/v1/query?${params}`);
    const { data, error } = (await response.json()) as { data?: { result: Found[] }; error?: string };
    if (!data) throw new Error(`${text}: ${error}`);
    return data.result;
  };
  const only = async (text: string, seconds?: number) => {
    const [first, ...others] = await query(text, seconds);
    if (!first || others.length > 0) throw new Error(`${text}: ${first ? others.length + 1 : 0} series`);
    return first;
  };
  return {
    url,
    query,
    value: async (text, seconds) => Number((await only(text, seconds)).value?.[1]),
    samples: async (text, seconds) => (await only(text, seconds)).values ?? [],
  };
}

/** Starts a Prometheus that scrapes a daemon every second; `more` is what else its job says, in YAML. */
export function startPrometheus(daemon: Daemon, folder: string, more = ''): Promise<Prometheus> {
  const { host, protocol } = new URL(daemon.url);
  const scheme = protocol.slice(0, -1);
  const job = `{job_name: exporter, scheme: ${scheme}, static_configs: [{targets: ["${host}"]}]${more && `, ${more}`}}`;
  const config = `global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs: [${job}]\n`;
  return launchPrometheus(config, folder);
}
