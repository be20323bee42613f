import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { openLab, ready } from '../program/lab.ts';
import { DEADLINE_MS, eventually } from '../program/program.ts';
import { launchPrometheus } from '../program/prometheus.ts';
import { startServer } from '../support/http-server.ts';
import { needs } from '../support/programs.ts';
import { type Notification, startAlertmanager } from './alertmanager.ts';
import { RULE_FILES, RULES } from './rule-files.ts';

interface PrometheusConfig {
  readonly rule_files: readonly string[];
  readonly scrape_configs: readonly [{ readonly job_name: string }];
}

const config = (path: string) =>
  readFileSync(fileURLToPath(new URL(`../../config/${path}`, import.meta.url)), 'utf8');

/** 15 minutes are 3 seconds. */
const TIMES_FASTER = 300;

/** Makes every waiting time and interval of the rules as short. */
function hurry(text: string): string {
  return text.replace(/((?:for|interval): |offset (?=15m\b))(\d+)([sm])\b/g, (_, key, number, unit) => {
    const seconds = Number(number) * (unit === 'm' ? 60 : 1);
    return `${key}${Math.ceil(seconds / TIMES_FASTER)}s`;
  });
}

/** Starts a Prometheus with the example and the rules as shipped, but in a hurry. */
async function startExample(folder: string, exporter: string, alertmanager: string): Promise<void> {
  mkdirSync(join(folder, 'rules'));
  for (const file of RULE_FILES)
    writeFileSync(join(folder, `rules/${file}.yml`), hurry(readFileSync(`${RULES}${file}.yml`, 'utf8')));
  const example = parse(config('prometheus/prometheus.yml')) as PrometheusConfig;
  const [scrape] = example.scrape_configs;
  const changed = {
    ...example,
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    scrape_configs: [{ ...scrape, static_configs: [{ targets: [exporter] }] }],
    alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
  };
  await launchPrometheus(JSON.stringify(changed), folder);
}

needs('prometheus', 'alertmanager')(
  'a connection that cannot be terminated is notified, and so is its end',
  async () => {
    const webhook = await startServer((response) => response.end());
    onTestFinished(() => webhook.close());
    const lab = await openLab({ clientVpn: 'schedule: "* * * * * *"' });
    const endpoint_id = lab.world.addEndpoint({ name: 'office' });
    const [hung = ''] = ['ada', 'chen'].map((username) => lab.world.connect(endpoint_id, { username }));
    lab.world.hang(hung);
    const daemon = await lab.serve();
    await ready(daemon);
    const alertmanager = await startAlertmanager(lab.folder, webhook.url, TIMES_FASTER);
    await startExample(lab.folder, new URL(daemon.url).host, alertmanager);

    const notified = (status: Notification['status']) =>
      eventually(() => {
        const notifications = webhook.requests.map(({ body }) => JSON.parse(body) as Notification);
        const found = notifications.find((each) => each.status === status);
        if (!found) throw new Error(`nothing ${status} among ${notifications.length} notifications`);
        return found;
      });
    const alertname = 'ClientVpnFailedToTerminate';
    const where = { account_id: '111122223333', region: 'eu-west-1', endpoint_id };
    const expected = {
      receiver: 'mail',
      groupLabels: { alertname, ...where },
      alerts: [
        {
          labels: { alertname, ...where, severity: 'warning' },
          annotations: {
            summary: `Client VPN endpoint ${endpoint_id} (office): 1 connection failed to terminate`,
            description:
              'AWS has tried to end 1 connection of the endpoint (account 111122223333, eu-west-1) and could not, for more than 15 minutes. It may still be open.',
            runbook_url: `/runbooks/${alertname}`,
          },
        },
      ],
    };
    expect(await notified('firing')).toMatchObject(expected);

    lab.world.disconnect(hung);
    expect(await notified('resolved')).toMatchObject(expected);
  },
  4 * DEADLINE_MS,
);
