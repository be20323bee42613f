import { setTimeout as pace } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { eventually } from '../program/program.ts';
import type { Alarms, FiringAlert } from '../support/alarms.ts';
import { startServer } from '../support/http-server.ts';
import { needs } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { type Notification, startAlertmanager } from './alertmanager.ts';
import { deniedEverywhere, faults } from './nights.ts';

/** How long a minute takes while alerts are sent to a real Alertmanager. */
const MINUTE_MS = 500;

/** What came of a night: when each alert began to fire, and what was sent to whom. */
interface Outcome {
  readonly begun: ReadonlyMap<string, { readonly minute: number; readonly alerts: number }>;
  readonly sent: readonly Notification[];
}

/** Sends the alerts of each minute to an Alertmanager with the shipped routing, as Prometheus does, only faster. */
async function notify(alarms: Alarms): Promise<Outcome> {
  const firing = await alarms.firing();
  const webhook = await startServer((response) => response.end());
  onTestFinished(() => webhook.close());
  const address = await startAlertmanager(temporaryFolder(), webhook.url, 60_000 / MINUTE_MS);
  await eventually(async () => expect((await fetch(`http://${address}/-/ready`)).ok).toBe(true));
  const post = async (labels: readonly FiringAlert[], endsInMs: number) => {
    const endsAt = new Date(Date.now() + endsInMs).toISOString();
    const body = JSON.stringify(labels.map((each) => ({ labels: each, endsAt })));
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`http://${address}/api/v2/alerts`, { method: 'POST', headers, body });
    expect(response.status, await response.text()).toBe(200);
  };
  const begun = new Map<string, { minute: number; alerts: number }>();
  let before: readonly FiringAlert[] = [];
  for (const [minute, now] of firing.entries()) {
    const still = new Set(now.map((labels) => JSON.stringify(labels)));
    const ended = before.filter((labels) => !still.has(JSON.stringify(labels)));
    if (ended.length > 0) await post(ended, 0);
    if (now.length > 0) await post(now, 4 * MINUTE_MS);
    for (const { alertname = '' } of now) {
      const alerts = now.filter((each) => each.alertname === alertname).length;
      const known = begun.get(alertname) ?? { minute, alerts };
      begun.set(alertname, { ...known, alerts: Math.max(known.alerts, alerts) });
    }
    before = now;
    if (begun.size > 0) await pace(MINUTE_MS);
  }
  return { begun, sent: webhook.requests.map(({ body }) => JSON.parse(body) as Notification) };
}

/** What a receiver got while alerts began or went on, by alert. */
function received({ sent }: Outcome, receiver: string): readonly string[] {
  const fired = sent.filter((each) => each.receiver === receiver && each.status === 'firing');
  return fired.map(({ groupLabels, alerts }) => `${groupLabels.alertname} (${alerts.length})`);
}

needs('promtool', 'alertmanager')(
  'a permission that is missing in 40 accounts and 3 regions is one page, which names them all',
  { timeout: 300_000 },
  async () => {
    const outcome = await notify(await deniedEverywhere.live());
    expect(outcome.begun.get('AwsConnectionsTargetDown')).toEqual({ minute: 15, alerts: 120 });
    expect(outcome.begun.get('AwsConnectionsPermissionDenied')?.alerts).toBe(120);
    expect(received(outcome, 'on-call')).toEqual(['AwsConnectionsTargetDown (120)']);
    expect(received(outcome, 'mail')).toEqual([]);
  },
);

// All of them take minutes: `npm run alarms`.
if (process.env.ALARMS === 'all') {
  const rows = [
    '| fault | alerts that fire, and how many minutes after it | pages | mails |',
    '| --- | --- | --- | --- |',
  ];
  for (const [index, { since, ...fault }] of faults.entries())
    needs('promtool', 'alertmanager')(fault.name, { timeout: 600_000 }, async () => {
      const outcome = await notify(await fault.live());
      const alerts = [...outcome.begun].map(
        ([name, { minute, alerts }]) => `${name}${alerts > 1 ? ` × ${alerts}` : ''} ${minute - since}`,
      );
      const told = (receiver: string) => received(outcome, receiver).join(', ') || 'none';
      rows.push(`| ${fault.name} | ${alerts.join(', ') || 'none'} | ${told('on-call')} | ${told('mail')} |`);
      if (index === faults.length - 1) console.log(rows.join('\n'));
    });
}
