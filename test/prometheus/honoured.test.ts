import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { eventually } from '../program/program.ts';
import { launchPrometheus } from '../program/prometheus.ts';
import { startServer } from '../support/http-server.ts';
import { needs } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const read = (path: string) => readFileSync(`${repository}${path}`, 'utf8');

interface Scrapes {
  readonly scrape_configs: readonly [{ readonly job_name: string; readonly honor_labels?: boolean }];
}

/** Every scrape configuration that people are given to begin with. */
const examples: readonly (readonly [string, string])[] = [
  ['config/prometheus/prometheus.yml', read('config/prometheus/prometheus.yml')],
  ['config/demo/prometheus.yml', read('config/demo/prometheus.yml')],
  ['README.md', /```yaml\n(scrape_configs:.*?)```/s.exec(read('README.md'))?.[1] ?? ''],
];

/** What the owner of a target may have written on it. */
const OF_THE_TARGET = { region: 'eu-central-1', account_id: '999999999999', endpoint_id: 'rack-7' };
const NAME = 'aws_connections_exporter_target_up';
const PLACES = ['111122223333 eu-west-1', '444455556666 eu-west-1'];
const exposition = `# TYPE ${NAME} gauge\n${PLACES.map((place) => {
  const [account, region] = place.split(' ');
  return `${NAME}{collector="client-vpn",account_id="${account}",region="${region}"} 1\n`;
}).join('')}`;

/** The targets that a Prometheus sees that scrapes as an example does, where its owner wrote labels on the target. */
async function seen(example: string): Promise<readonly string[]> {
  const exporter = await startServer((response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4').end(exposition);
  });
  onTestFinished(() => exporter.close());
  const [scrape] = (parse(example) as Scrapes).scrape_configs;
  const targets = [{ targets: [new URL(exporter.url).host], labels: OF_THE_TARGET }];
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s' },
    scrape_configs: [{ ...scrape, static_configs: targets }],
  };
  const prometheus = await launchPrometheus(JSON.stringify(config), temporaryFolder());
  return eventually(async () => {
    const found = await prometheus.query(`max by (collector, account_id, region) (${NAME})`);
    if (found.length === 0) throw new Error('nothing was scraped yet');
    return found.map(({ metric }) => `${metric.account_id} ${metric.region}`).sort();
  });
}

for (const [path, example] of examples)
  needs('prometheus')(
    `labels of the target change nothing with the scrape configuration of ${path}`,
    async () => {
      expect(await seen(example)).toEqual(PLACES);
    },
  );

test('whoever scrapes in another way is told first', () => {
  for (const path of ['README.md', 'docs/alerts.md']) {
    expect(read(path)).toContain('`honor_labels: true`');
    expect(read(path)).toContain('`honorLabels: true`');
  }
});
