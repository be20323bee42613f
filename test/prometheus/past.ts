import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../program/program.ts';
import { type Found, launchPrometheus } from '../program/prometheus.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { promtool } from './promtool.ts';

const HOUR = 3600;

/** A sample of the past, of a series as an exposition writes it. */
export interface PastSample {
  readonly series: string;
  readonly value: string;
  /** Seconds since 1970. */
  readonly at: number;
}

/** What a Prometheus with these labels of the target scrapes of an exposition; seconds since 1970. */
export function scraped(
  exposition: string,
  target: Readonly<Record<string, string>>,
  at: number,
): readonly PastSample[] {
  const pairs = Object.entries(target).map(([name, value]) => `${name}="${value}"`);
  return [...exposition.matchAll(/^(aws_\w+)(?:\{(.*)\})? (\S+)$/gm)].map(
    ([, name, labels = '', value = '']) => ({
      series: `${name}{${[labels, ...pairs].filter(Boolean).join(',')}}`,
      value,
      at,
    }),
  );
}

/** What it scraped yesterday, had the exporter said the same then. */
export const yesterday = (exposition: string, target: Readonly<Record<string, string>>) =>
  scraped(exposition, target, Math.floor(Date.now() / 1000) - 23.5 * HOUR);

/** A record that stood at this value in each hour of the past week. */
export function everyHourOfAWeek(series: string, value: string): readonly PastSample[] {
  const now = Math.floor(Date.now() / 1000);
  return Array.from({ length: 7 * 24 - 1 }, (_, hour) => ({
    series,
    value,
    at: now - (7 * 24 - hour) * HOUR,
  }));
}

/** Writes samples where a Prometheus that starts in this folder finds them. */
export async function writePast(samples: readonly PastSample[], folder: string): Promise<void> {
  if (samples.length === 0) return;
  const lines = samples.map(({ series, value, at }) => `${series} ${value} ${at}\n`);
  writeFileSync(join(folder, 'past.txt'), `${lines.join('')}# EOF\n`);
  const args = ['tsdb', 'create-blocks-from', '--quiet', 'openmetrics', 'past.txt', 'tsdb'];
  await promtool(args, folder);
}

/** What a query finds in a Prometheus that has this past and nothing else, at a moment of it. */
export async function askPast(
  samples: readonly PastSample[],
  query: string,
  at: number,
): Promise<readonly Found[]> {
  const folder = temporaryFolder();
  await writePast(samples, folder);
  const prometheus = await launchPrometheus('{}', folder);
  return eventually(() => prometheus.query(query.trim(), at));
}
