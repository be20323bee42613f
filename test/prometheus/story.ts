import { expect } from 'vitest';
import { type Daemon, ready, type Sections } from '../program/lab.ts';
import { eventually } from '../program/program.ts';
import { type Found, launchPrometheus } from '../program/prometheus.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { queriesOf } from './runbook-pages.ts';
import { exampleWorld, type World } from './runbook-world.ts';

/** A person before a runbook, with an exporter that runs and a Prometheus that scrapes it. */
export interface Story extends World {
  readonly daemon: Daemon;
  /** What a query of the page finds: the one that has this word, as soon as it finds something that fits. */
  finds(page: string, word: string, metric: object): Promise<Found>;
  /** Waits until that query finds nothing. */
  findsNothing(page: string, word: string): Promise<void>;
  /** Waits until the log says this. */
  logs(words: RegExp): Promise<void>;
}

/** A pass in every second. */
export const EVERY_SECOND = 'schedule: "* * * * * *"';

/** Begins with the first pass over the world that the examples name. */
export async function beginStory(sections: Sections = { clientVpn: EVERY_SECOND }): Promise<Story> {
  const world = await exampleWorld();
  const { lab } = world;
  lab.configure(sections);
  const daemon = await lab.serve();
  await ready(daemon);
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [
      {
        job_name: 'exporter',
        honor_labels: true,
        static_configs: [{ targets: [new URL(daemon.url).host] }],
      },
    ],
  };
  const prometheus = await launchPrometheus(JSON.stringify(config), temporaryFolder());
  const ask = (page: string, word: string) => {
    const [query] = queriesOf(page, word);
    if (query === undefined) throw new Error(`the page ${page} has no query with '${word}'`);
    return prometheus.query(query.trim());
  };
  await eventually(async () =>
    expect(await prometheus.query('aws_connections_exporter_build_info')).toHaveLength(1),
  );
  return {
    ...world,
    daemon,
    finds: (page, word, metric) =>
      eventually(async () => {
        const found = await ask(page, word);
        const fitting = found.find((each) =>
          Object.entries(metric).every(([name, value]) => each.metric[name] === value),
        );
        if (!fitting) throw new Error(`the query with '${word}' of ${page} found ${JSON.stringify(found)}`);
        return fitting;
      }),
    findsNothing: (page, word) => eventually(async () => expect(await ask(page, word)).toEqual([])),
    logs: (words) => eventually(() => expect(daemon.stderr()).toMatch(words)),
  };
}
