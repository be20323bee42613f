import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Daemon, listening, temporaryFolder } from '../program/lab.ts';
import { eventually, start } from '../program/program.ts';
import { launchPrometheus, type Prometheus } from '../program/prometheus.ts';
import { dashboardQueries, withVariables } from '../support/dashboard-queries.ts';
import { needs } from '../support/programs.ts';
import { type Selector, toQuery } from '../support/promql.ts';
import { RULE_FILES, rules, rulesEvery } from './rule-files.ts';

/** Two minutes, a scrape every two seconds: one that times out on a busy machine takes every series away until the next. */
const SCRAPES = 60;
const PATIENCE_MS = 240_000;

/** What the Prometheus operator writes on every series of a target that a ServiceMonitor finds. */
const OPERATOR = {
  namespace: 'monitoring',
  pod: 'exporter-7d9c-abcde',
  service: 'exporter',
  container: 'exporter',
  endpoint: 'metrics',
};
const JOBS = { bare: {}, operator: OPERATOR };

/** Panels that have nothing to show in a healthy world; each says so in its description. */
const EMPTY_PANELS: readonly string[] = [
  'client-vpn-endpoint, panel Oldest sessions, B',
  'exporter, panel Faults by operation, A',
  'exporter, panel Families, files and log lines lost, A',
  'exporter, panel Credentials left, A',
];
/** What the rules look at that the demo does not have: a past of hours or a week, and series that begin with a fault. */
const EMPTY_SELECTORS: readonly string[] = [
  'account_region_endpoint:aws_client_vpn_connections:growth10m_peak1h{}',
  'account_region_endpoint:aws_client_vpn_connections:fall10m_peak1h{}',
  'account_region_endpoint:aws_client_vpn_connections:growth10m_peak1w{}',
  'account_region_endpoint:aws_client_vpn_connections:fall10m_peak1w{}',
  'aws_connections_exporter_family_errors_total{}',
  'aws_connections_exporter_target_up{account_id="unknown"}',
  'account_region_endpoint:aws_client_vpn_up:stale_since_timestamp_seconds{}',
  'account_region_endpoint:aws_websocket_up:stale_since_timestamp_seconds{}',
  'account_region_endpoint:aws_site_to_site_vpn_up:stale_since_timestamp_seconds{}',
  'account_region_endpoint:aws_site_to_site_vpn_tunnel_up:below_expected_since_timestamp_seconds{}',
  'account_region_endpoint:aws_site_to_site_vpn_tunnel_up:none_since_timestamp_seconds{}',
  'account_region_endpoint_tunnel:aws_site_to_site_vpn_tunnel_accepted_routes:none_since_timestamp_seconds{}',
  'account_region_endpoint_status:aws_client_vpn_endpoint_status:since_timestamp_seconds{}',
  'account_region_endpoint:aws_websocket_events:stopped_since_timestamp_seconds{}',
  'job_collector_account_region:aws_connections_exporter_target_up:down_since_timestamp_seconds{}',
  'job_source_name:aws_connections_exporter_event_source_up:down_since_timestamp_seconds{}',
  'job_source_name:aws_connections_exporter_event_source_up:down_since_timestamp_seconds{source=~"dynamodb|file"}',
  'container_spec_memory_limit_bytes{container!=""}',
];

async function startDemo(): Promise<Daemon> {
  const folder = temporaryFolder();
  const env = { PATH: process.env.PATH, HOME: folder, TMPDIR: folder };
  return listening(start(['demo', '--web.listen-address=127.0.0.1:0'], { cwd: folder, env }));
}

/** A Prometheus that scrapes the demo twice, once as the operator would, and evaluates the rules as shipped, only more often. */
async function scrapeDemo({ url }: Daemon): Promise<Prometheus> {
  const folder = temporaryFolder();
  const scrape_configs = Object.entries(JOBS).map(([job_name, labels]) => ({
    job_name,
    static_configs: [{ targets: [new URL(url).host], labels }],
  }));
  const config = {
    global: { scrape_interval: '2s', scrape_timeout: '2s', evaluation_interval: '2s' },
    rule_files: RULE_FILES.map((name) => join(folder, `${name}.yml`)),
    scrape_configs,
  };
  for (const name of RULE_FILES) {
    writeFileSync(join(folder, `${name}.yml`), rulesEvery(name, '2s'));
  }
  return launchPrometheus(JSON.stringify(config), folder);
}

/** A selector with its matchers and nothing around it. */
function toSelector({ metric, matchers }: Selector): string {
  return `${metric}{${[...matchers.values()].join(', ')}}`;
}

/** Those of these queries that give nothing now, as `where: query`; one after the other, so that scrapes get their turn. */
async function empty(
  prometheus: Prometheus,
  queries: readonly { readonly where: string; readonly expr: string }[],
): Promise<readonly string[]> {
  const now = Date.now() / 1000;
  const found: string[] = [];
  for (const { where, expr } of queries)
    if ((await prometheus.query(expr, now)).length === 0) found.push(`${where}: ${expr}`);
  return found;
}

test('panels that may be empty say so', () => {
  const silent = dashboardQueries().filter(({ mayBeEmpty }) => !mayBeEmpty);
  const names = silent.map(({ dashboard, where }) => `${dashboard}, ${where}`);
  expect(EMPTY_PANELS.filter((name) => names.includes(name))).toEqual([]);
});

needs('prometheus')(
  'every query of every dashboard and rule gives data after the demo has been scraped for a few minutes',
  async () => {
    const demo = await startDemo();
    const prometheus = await scrapeDemo(demo);
    const scrapes = 'min(count_over_time(up[10m]))';
    await eventually(
      async () => expect(await prometheus.value(scrapes)).toBeGreaterThan(SCRAPES),
      PATIENCE_MS,
    );
    const operated = await prometheus.query(
      'count(aws_client_vpn_up{endpoint="metrics", pod!="", job="operator"})',
    );
    expect(operated).toHaveLength(1);

    // Dashboards, with each job chosen, and with all of them.
    for (const job of [...Object.keys(JOBS), '.+']) {
      const queries = dashboardQueries().map(({ dashboard, where, raw }) => ({
        where: `${dashboard}, ${where}`,
        expr: withVariables(raw.replaceAll('$job', job), '1m'),
      }));
      const expected = queries.filter(({ where }) => !EMPTY_PANELS.includes(where));
      expect(expected.length).toBe(queries.length - EMPTY_PANELS.length);
      await eventually(async () => expect(await empty(prometheus, expected)).toEqual([]));
    }

    // Rules: alerts are silent in a healthy world, so what each of them looks at must be there.
    const selectors = new Set(rules.flatMap(({ expr }) => toQuery(expr).selectors.map(toSelector)));
    for (const selector of EMPTY_SELECTORS) expect(selectors.delete(selector)).toBe(true);
    const looked = [...selectors].map((expr) => ({ where: 'rule', expr }));
    await eventually(async () => expect(await empty(prometheus, looked)).toEqual([]));
    await eventually(async () => {
      const response = await fetch(`${prometheus.url}/api/v1/rules`);
      const { data } = (await response.json()) as {
        data: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] };
      };
      const evaluated = data.groups.flatMap((group) => group.rules);
      expect(evaluated.filter(({ health }) => health !== 'ok')).toEqual([]);
      expect(evaluated).toHaveLength(rules.length);
    });
  },
  2 * PATIENCE_MS,
);
