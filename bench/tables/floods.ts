import { Agent, request } from 'node:https';
import type { Study } from '../frame/row.ts';
import { percentile, type Run } from '../frame/run.ts';
import { FLOODS, type Flood } from '../roles/flooding.ts';
import { type Guarded, type Guarding, LOGIN } from '../roles/guarded.ts';

const EVERY_MS = 25;

/** Scrapes and events of a user who is known, over TLS, while each flood comes to the port of the metrics. */
export const floods: Study = {
  name: 'floods',
  async measure(run) {
    const rows: (readonly string[])[] = [];
    for (const flood of [undefined, ...(Object.keys(FLOODS) as Flood[])])
      rows.push(await measure(run, flood));
    return {
      title:
        'Two ports with TLS (RSA, 2,048 bits) and a user (cost 10) who is known, while a flood comes to one of them: p50 / p99 / max',
      header: [
        'flood',
        'attempts per second',
        'scrape',
        'scrape over a connection of its own',
        'event of the intake',
        'longest event-loop block',
        'memory',
      ],
      rows,
    };
  },
};

async function measure(run: Run, flood: Flood | undefined): Promise<readonly string[]> {
  const name = flood ? FLOODS[flood].name : 'nothing else';
  run.say(name);
  const { child, first } = await run.start<Guarded>('guarded', { folder: await run.folder() });
  const { metricsUrl, intakeUrl } = first;
  const eventUrl = `${intakeUrl}/websocket/connect`;
  const kept = new Agent({ keepAlive: true });
  for (const url of [metricsUrl, eventUrl]) await ask(url, kept);
  const flooding = flood && (await run.start('flooding', { flood, url: metricsUrl })).child;
  // A flood has so long to rise.
  await run.wait(run.size(1_000, 100));
  await child.ask('usage');
  const count = async () => (await flooding?.ask<number>('count')) ?? 0;
  const measuredMs = run.size(8_000, 400);
  const before = await count();
  const times = await Promise.all(
    [() => ask(metricsUrl, kept), () => ask(metricsUrl, false), () => ask(eventUrl, kept)].map((asked) =>
      timesOf(run, asked, measuredMs),
    ),
  );
  const perSecond = (((await count()) - before) / measuredMs) * 1_000;
  const { longestBlockMs, megabytes } = await child.ask<Guarding>('usage');
  await Promise.all([flooding?.stop(), child.stop()]);
  kept.destroy();
  return [
    name,
    perSecond.toFixed(0),
    ...times,
    `${longestBlockMs.toFixed(0)} ms`,
    `${megabytes.toFixed(0)} MB`,
  ];
}

async function timesOf(run: Run, asked: () => Promise<void>, measuredMs: number): Promise<string> {
  const times: number[] = [];
  for (const end = performance.now() + measuredMs; performance.now() < end; ) {
    const begin = performance.now();
    await asked();
    times.push(performance.now() - begin);
    await run.wait(EVERY_MS);
  }
  return [0.5, 0.99, 1].map((share) => `${percentile(times, share).toFixed(0)} ms`).join(' / ');
}

function ask(url: string, agent: Agent | false): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { ConnectionId: 'aaaaaaaaaaaaaaa=' };
    request(url, { agent, headers, auth: LOGIN, rejectUnauthorized: false }, (response) => {
      if (response.statusCode !== 200) reject(new Error(`${url} answered ${response.statusCode}`));
      response.resume().once('end', resolve).once('error', reject);
    })
      .once('error', reject)
      .end();
  });
}
