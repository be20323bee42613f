import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { onHangingDisk } from '../program/hanging-disk.ts';
import { type Daemon, ready, type Sections } from '../program/lab.ts';
import { eventually } from '../program/program.ts';
import { type Found, launchPrometheus } from '../program/prometheus.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type PastSample, writePast, yesterday } from './past.ts';
import { RULE_FILES, rulesEvery } from './rule-files.ts';
import { commandsOf, queriesOf } from './runbook-pages.ts';
import { exampleWorld, type World } from './runbook-world.ts';

/** A person before a runbook, with an exporter that runs and a Prometheus that scrapes it. */
export interface Story extends World {
  readonly daemon: Daemon;
  /** What a query of the page finds: the one that has this word, as soon as it finds something that fits. */
  finds(page: string, word: string, metric: object): Promise<Found>;
  /** The value of the same. */
  value(page: string, word: string, metric: object): Promise<number>;
  /** Waits until that query finds nothing of these labels, or nothing at all. */
  findsNothing(page: string, word: string, metric?: object): Promise<void>;
  /** Waits until this alert fires; only where the rules are loaded. */
  fires(alert: string): Promise<void>;
  /** Waits until Prometheus finds something by a query of one's own. */
  sees(query: string): Promise<void>;
  /** Types the commands of a page that have this word. */
  types(page: string, word: string): ReturnType<World['type']>;
  /** Waits until the log says this. */
  logs(words: RegExp): Promise<void>;
  /** Makes these, and no others, the targets of Prometheus, from its next look at the list on. */
  scrapes(...daemons: readonly Daemon[]): void;
}

/** What a Prometheus has beside the scrapes of a second. */
export interface Prologue {
  /** Samples of the past. */
  readonly past?: readonly PastSample[];
  /** Yesterday the exporter said what it says after its first pass. */
  readonly hasYesterday?: boolean;
  /** The rules that are shipped, evaluated every second. */
  readonly hasRules?: boolean;
  /** Writes cannot end as soon as there is a file of this name in the folder of the lab. */
  readonly hangingDisk?: string;
}

/** A pass in every second. */
export const EVERY_SECOND = 'schedule: "* * * * * *"';

const hostOf = ({ url }: Daemon) => new URL(url).host;

const fits = ({ metric }: Found, wanted: object) =>
  Object.entries(wanted).every(([name, value]) => metric[name] === value);

/** Begins with the first pass over the world that the examples name. */
export async function beginStory(
  sections: Sections = { clientVpn: EVERY_SECOND },
  { past = [], hasYesterday = false, hasRules = false, hangingDisk }: Prologue = {},
): Promise<Story> {
  const world = await exampleWorld();
  const { lab } = world;
  lab.configure(sections);
  const preload = join(lab.folder, 'hanging-disk.mjs');
  const onDisk = hangingDisk && {
    env: onHangingDisk(join(lab.folder, hangingDisk), preload, 'new Promise(() => {})'),
  };
  const daemon = await lab.serve([], onDisk || {});
  await ready(daemon);

  const folder = temporaryFolder();
  const scrapes = (...daemons: readonly Daemon[]) => {
    const file = join(folder, 'targets.json');
    writeFileSync(`${file}.new`, JSON.stringify([{ targets: daemons.map(hostOf) }]));
    renameSync(`${file}.new`, file);
  };
  scrapes(daemon);
  const said = hasYesterday
    ? yesterday((await daemon.get('/metrics')).text, { job: 'exporter', instance: hostOf(daemon) })
    : [];
  await writePast([...past, ...said], folder);
  const rule_files = hasRules ? RULE_FILES.map((name) => join(folder, `${name}.yml`)) : [];
  for (const name of RULE_FILES) writeFileSync(join(folder, `${name}.yml`), rulesEvery(name, '1s'));
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files,
    scrape_configs: [
      {
        job_name: 'exporter',
        honor_labels: true,
        file_sd_configs: [{ files: ['targets.json'], refresh_interval: '1s' }],
      },
    ],
  };
  const prometheus = await launchPrometheus(JSON.stringify(config), folder);
  const ask = (page: string, word: string) => {
    const [query] = queriesOf(page, word);
    if (query === undefined) throw new Error(`the page ${page} has no query with '${word}'`);
    return prometheus.query(query.trim());
  };
  const sees = (query: string) =>
    eventually(async () => expect(await prometheus.query(query)).not.toEqual([]));
  await sees('aws_connections_exporter_build_info');
  const finds: Story['finds'] = (page, word, metric) =>
    eventually(async () => {
      const found = await ask(page, word);
      const fitting = found.find((each) => fits(each, metric));
      if (!fitting) throw new Error(`the query with '${word}' of ${page} found ${JSON.stringify(found)}`);
      return fitting;
    });
  return {
    ...world,
    daemon,
    finds,
    value: async (page, word, metric) => Number((await finds(page, word, metric)).value?.[1]),
    findsNothing: (page, word, metric = {}) =>
      eventually(async () =>
        expect((await ask(page, word)).filter((each) => fits(each, metric))).toEqual([]),
      ),
    fires: (alert) => sees(`ALERTS{alertname="${alert}", alertstate="firing"}`),
    sees,
    types: (page, word) => world.type(commandsOf(page, word).join('')),
    logs: (words) => eventually(() => expect(daemon.stderr()).toMatch(words)),
    scrapes,
  };
}
