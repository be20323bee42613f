import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { parseArgs } from '../../src/cli/args.ts';
import { last, toStages } from '../support/dockerfile.ts';
import { needs, programPath } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string): unknown => parse(readFileSync(join(root, path), 'utf8'));

const Service = z.strictObject({
  image: z
    .string()
    .regex(/:v?\d+\.\d+\.\d+$/, 'an image is pinned')
    .optional(),
  build: z.literal('.').optional(),
  command: z.array(z.string()).optional(),
  read_only: z.boolean().optional(),
  tmpfs: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  volumes: z
    .array(z.string().regex(/^\.\/[^:]+:\/[^:]+:ro$/, 'what is mounted is not written to'))
    .optional(),
  ports: z.array(z.string().regex(/^127\.0\.0\.1:(\d+):\1$/, 'a port is open to this machine only')),
  depends_on: z.array(z.string()).optional(),
});
const compose = z
  .strictObject({ name: z.string(), services: z.record(z.string(), Service) })
  .parse(read('compose.yaml'));

/** Where a service finds things: the path inside, and the file or folder of the project behind it. */
const mounts = new Map(
  Object.entries(compose.services).map(([name, { volumes = [] }]) => [
    name,
    new Map(volumes.map((volume) => volume.split(':').slice(0, 2).reverse() as [string, string])),
  ]),
);
const mounted = (service: string, path: string) => {
  for (const [inside, outside] of mounts.get(service) ?? []) {
    if (path === inside || path.startsWith(`${inside}/`))
      return join(root, outside, path.slice(inside.length));
  }
  throw new Error(`${service} has no ${path}`);
};
/** `host:port` of every service, as the others reach it. */
const addresses = Object.entries(compose.services).flatMap(([name, { ports }]) =>
  ports.map((port) => `${name}:${port.split(':').at(-1)}`),
);

test('compose.yaml starts all five, and what it mounts and waits for is there', () => {
  expect(Object.keys(compose.services)).toEqual(['exporter', 'prometheus', 'alertmanager', 'grafana']);
  for (const [service, paths] of mounts) {
    for (const [inside, outside] of paths)
      expect([service, inside, existsSync(join(root, outside))]).toContain(true);
  }
  for (const { depends_on = [] } of Object.values(compose.services))
    for (const other of depends_on) expect(compose.services).toHaveProperty(other);
});

test('the exporter runs the demo, with its simulator, on the port of its image', () => {
  const { exporter } = compose.services;
  expect(parseArgs(exporter?.command ?? [], {})).toMatchObject({ command: 'demo' });
  const [stage] = toStages(readFileSync(join(root, 'Dockerfile'), 'utf8')).slice(-1);
  expect(stage && last(stage, 'EXPOSE').rest.split(' ')[0]).toBe(exporter?.ports[0]?.split(':').at(-1));
  // It writes to the system's temporary folder and nowhere else.
  expect(exporter).toMatchObject({ read_only: true, tmpfs: ['/tmp'] });
});

needs('promtool')('Prometheus loads every rule, scrapes the exporter and knows Alertmanager', () => {
  const folder = temporaryFolder();
  const config = join(folder, 'prometheus.yml');
  cpSync(mounted('prometheus', '/etc/prometheus/prometheus.yml'), config);
  mkdirSync(join(folder, 'rules'));
  cpSync(mounted('prometheus', '/etc/prometheus/rules'), join(folder, 'rules'), { recursive: true });
  execFileSync(programPath('promtool'), ['check', 'config', config], { stdio: 'pipe' });

  const { rule_files, scrape_configs, alerting } = read('config/demo/prometheus.yml') as {
    rule_files: string[];
    scrape_configs: { static_configs: { targets: string[] }[] }[];
    alerting: { alertmanagers: { static_configs: { targets: string[] }[] }[] };
  };
  const rules = readdirSync(join(root, 'config/prometheus/rules')).filter(
    (name) => !/\.test\.yml$/.test(name),
  );
  expect(rule_files.toSorted()).toEqual(rules.map((name) => `rules/${name}`).toSorted());
  const targets = [...scrape_configs, ...alerting.alertmanagers].flatMap(({ static_configs }) =>
    static_configs.flatMap((one) => one.targets),
  );
  for (const target of targets) expect(addresses).toContain(target);
});

needs('amtool')('Alertmanager can read its configuration', () => {
  execFileSync(
    programPath('amtool'),
    ['check-config', mounted('alertmanager', '/etc/alertmanager/alertmanager.yml')],
    { stdio: 'pipe' },
  );
});

test('Grafana finds its data sources, and every dashboard once', () => {
  const sources = z
    .strictObject({
      apiVersion: z.literal(1),
      datasources: z.array(
        z.strictObject({
          name: z.string(),
          uid: z.string(),
          type: z.enum(['prometheus', 'alertmanager']),
          access: z.literal('proxy'),
          url: z.url(),
          isDefault: z.boolean().optional(),
          editable: z.literal(false),
          jsonData: z.record(z.string(), z.string()),
        }),
      ),
    })
    .parse(
      parse(readFileSync(mounted('grafana', '/etc/grafana/provisioning/datasources/prometheus.yml'), 'utf8')),
    );
  expect(sources.datasources.filter(({ isDefault }) => isDefault).map(({ type }) => type)).toEqual([
    'prometheus',
  ]);
  for (const { url } of sources.datasources) expect(addresses).toContain(new URL(url).host);

  const { providers } = z
    .strictObject({
      apiVersion: z.literal(1),
      providers: z.array(
        z.strictObject({
          name: z.string(),
          folder: z.string(),
          folderUid: z.string(),
          type: z.literal('file'),
          disableDeletion: z.boolean(),
          allowUiUpdates: z.boolean(),
          updateIntervalSeconds: z.number(),
          options: z.strictObject({ path: z.string() }),
        }),
      ),
    })
    .parse(
      parse(
        readFileSync(mounted('grafana', '/etc/grafana/provisioning/dashboards/aws-connections.yml'), 'utf8'),
      ),
    );
  const paths = providers.map(({ options }) => options.path);
  // Grafana reads folders below it too, so that a second copy of a dashboard would fight with the first.
  const files = paths.flatMap((path) =>
    readdirSync(mounted('grafana', path), { recursive: true, encoding: 'utf8' }).map((name) =>
      mounted('grafana', `${path}/${name}`),
    ),
  );
  const uids = files.map((file) => (JSON.parse(readFileSync(file, 'utf8')) as { uid: string }).uid);
  expect(uids.toSorted()).toEqual([
    'aws-client-vpn-endpoint',
    'aws-client-vpn-overview',
    'aws-connections-exporter',
    'aws-site-to-site-vpn',
    'aws-websocket',
  ]);
  const home = compose.services.grafana?.environment?.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH ?? '';
  expect(existsSync(mounted('grafana', home))).toBe(true);
});
