import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { programPath } from '../support/programs.ts';
import type { Daemon } from './lab.ts';
import { launch } from './program.ts';

type Sample = readonly [seconds: number, value: string];

/** A real Prometheus, asked through its HTTP API. */
interface Prometheus {
  /** The value of an instant query that has one series; throws while it has none. */
  value(query: string, seconds?: number): Promise<number>;
  /** The samples of the single series that a range selector gives. */
  samples(query: string, seconds?: number): Promise<readonly Sample[]>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}

/** Starts a Prometheus that scrapes a daemon every second. */
export async function startPrometheus(daemon: Daemon, folder: string): Promise<Prometheus> {
  const config = join(folder, 'prometheus.yml');
  const target = new URL(daemon.url).host;
  const job = `{job_name: exporter, static_configs: [{targets: ["${target}"]}]}`;
  writeFileSync(config, `global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs: [${job}]\n`);
  const port = await freePort();
  launch(programPath('prometheus'), [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'tsdb')}`,
    `--web.listen-address=127.0.0.1:${port}`,
  ]);
  const ask = async (query: string, seconds?: number) => {
    const params = new URLSearchParams({ query, ...(seconds !== undefined && { time: seconds.toFixed(3) }) });
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/query?${params}`);
    const { data, error } = (await response.json()) as {
      data?: { result: { value?: Sample; values?: Sample[] }[] };
      error?: string;
    };
    const [first, ...others] = data?.result ?? [];
    if (!first || others.length > 0) throw new Error(`${query}: ${error ?? `${others.length + 1} series`}`);
    return first;
  };
  return {
    value: async (query, seconds) => Number((await ask(query, seconds)).value?.[1]),
    samples: async (query, seconds) => (await ask(query, seconds)).values ?? [],
  };
}
