import { expect, onTestFinished, test } from 'vitest';
import type { ProxyEvent } from '../../src/simulator/websocket/proxy-event.ts';
import { type Series, total } from './exposition.ts';
import { type Daemon, type Lab, openLab, ready } from './lab.ts';
import { DEADLINE_MS, eventually } from './program.ts';

const KILLS = 15;
const API = 'a1b2c3d4e5';
/** What was acknowledged so long before a crash is on disk, as the documentation promises. */
const SETTLED_MS = 5_000;
const MINUTE_MS = 60_000;
const isCounter = (series: string) => /^aws_websocket_\w+_(total|bucket|sum|count)(\{|$)/.test(series);

// Passes are rare, so that events are saved and published between them.
const sections = {
  clientVpn: 'enabled: false',
  websocket: `enabled: true, schedule: "*/10 * * * * *", timeout: 10s, stale_after: 1m, sample_size: 100000, \
requests_per_second: 100000, endpoints: [{url: "https://${API}.execute-api.eu-west-1.amazonaws.com/prod", source: {type: intake}}]`,
  intake: 'enabled: true, listen_address: "127.0.0.1:0", allow_unauthenticated: true',
};

/** An API whose clients come and go, some of whom nobody tells of, and what the intake acknowledged of it. */
class Traffic {
  readonly connections = new Acknowledged();
  readonly disconnects = new Acknowledged();
  /** Connections that were two hours old when they were told of: disconnects that are missed at once. */
  readonly overdue = new Acknowledged();
  readonly #world: Lab['websockets'];
  readonly #overdueIds = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();
  /** Where the intake is; undefined while there is none. */
  url: string | undefined;

  constructor(world: Lab['websockets']) {
    this.#world = world;
    onTestFinished(world.listen((event) => this.#post(event)));
  }

  /** A few arrivals and departures. */
  tick(): void {
    const world = this.#world;
    const now = Date.now();
    for (let n = 0; n < 2; n++) world.connect(API, { connectedAt: now - MINUTE_MS, lastActiveAt: now });
    const there = world.connections(API);
    if (there.length > 100) {
      world.disconnect(world.random.pick(there).id);
      world.disconnect(world.random.pick(world.connections(API)).id, { isTold: world.random.below(2) === 0 });
    }
    if (world.random.below(4) > 0) return;
    const id = `overdue${world.random.below(2 ** 31)}=`;
    this.#overdueIds.add(id);
    world.connect(API, { id, connectedAt: now - 122 * MINUTE_MS });
    world.disconnect(id, { isTold: false });
  }

  /** Ticks until the returned function is called, which resolves when no event is under way any more. */
  run(): () => Promise<void> {
    const timer = setInterval(() => this.tick(), 100);
    const stop = async () => {
      clearInterval(timer);
      while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    };
    onTestFinished(stop);
    return stop;
  }

  /** The process that acknowledged was killed just now: what was fresh may be lost. */
  crash(): void {
    for (const one of [this.connections, this.disconnects, this.overdue]) one.crash(performance.now());
  }

  #post(event: ProxyEvent): void {
    const { connectionId: id, eventType } = event.requestContext;
    const { url } = this;
    if (url === undefined) return;
    const one =
      eventType === 'DISCONNECT'
        ? this.disconnects
        : this.#overdueIds.has(id)
          ? this.overdue
          : this.connections;
    one.posted += 1;
    const posting = fetch(`${url}/websocket`, { method: 'POST', body: JSON.stringify(event) })
      .then((response) => {
        if (response.status === 200) one.add(id);
      })
      // The process was killed before it answered.
      .catch(() => {})
      .finally(() => this.#underWay.delete(posting));
    this.#underWay.add(posting);
  }
}

/** Ids of which something was acknowledged, and those of them that no crash may lose. */
class Acknowledged {
  readonly #fresh = new Map<string, number>();
  readonly safe = new Set<string>();
  posted = 0;

  /** How many are not safe yet. */
  get fresh(): number {
    return this.#fresh.size;
  }

  add(id: string): void {
    this.#fresh.set(id, performance.now());
  }

  crash(at: number): void {
    for (const [id, acknowledgedAt] of this.#fresh) if (at - acknowledgedAt > SETTLED_MS) this.safe.add(id);
    this.#fresh.clear();
  }

  /** The process ended in peace: nothing may be lost. */
  end(): void {
    this.crash(Number.POSITIVE_INFINITY);
  }
}

/** The ids that were looked up since `at`, in the world's time. */
function askedSince({ simulator }: Lab, at: number): ReadonlySet<string | undefined> {
  const calls = simulator.requests().filter((call) => call.action === 'GetConnection' && call.at >= at);
  return new Set(calls.map(({ params }) => params.connectionId));
}

/** What is wrong with what a process knows after its first pass. */
function faultsOf(lab: Lab, traffic: Traffic, series: Series, since: number): string[] {
  const { connections, disconnects, overdue } = traffic;
  const asked = askedSince(lab, since);
  const there = new Set(lab.websockets.connections(API).map(({ id }) => id));
  const lost = [...connections.safe].filter((id) => there.has(id) && !asked.has(id));
  const raised = [...disconnects.safe].filter((id) => asked.has(id));
  const between = (name: string, least: number, most: number) => {
    const value = total(series, `aws_websocket_${name}_total`) ?? Number.NaN;
    return value >= least && value <= most ? [] : [`${name} is ${value}, not from ${least} to ${most}`];
  };
  return [
    ...(lost.length > 0 ? [`${lost.length} connections are lost`] : []),
    ...(raised.length > 0 ? [`${raised.length} of the dead are raised`] : []),
    ...between(
      'connections_opened',
      connections.safe.size + overdue.safe.size,
      connections.posted + overdue.posted,
    ),
    ...between('connections_closed', disconnects.safe.size, disconnects.posted),
  ];
}

test(
  'no kill at any moment takes back what was published, or loses what was acknowledged five seconds before',
  async () => {
    const lab = await openLab(sections);
    const { websockets: world } = lab;
    world.addApi({ apiId: API });
    const traffic = new Traffic(world);
    const seen = new Map<string, number>();
    const faults: string[] = [];
    let scrapes = 0;
    const witness = (series: Series) => {
      scrapes += 1;
      for (const [name, before] of seen) {
        const now = series.get(name);
        if (now === undefined || now < before) faults.push(`${name} was ${before} and is ${now}`);
      }
      for (const [name, value] of series) if (isCounter(name)) seen.set(name, value);
    };

    let daemon: Daemon = await lab.serve();
    traffic.url = daemon.intakeUrl;
    const stop = traffic.run();
    await ready(daemon);
    for (let kill = 0; kill < KILLS; kill++) {
      let isKilled = false;
      const scraping = (async () => {
        while (!isKilled) {
          const series = await daemon.scrape().catch(() => undefined);
          if (series) witness(series);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      })();
      // Every other time late enough for what came first to be safe.
      const killAfterMs = kill % 2 === 0 ? world.random.below(3_000) : 5_500 + world.random.below(2_500);
      await new Promise((resolve) => setTimeout(resolve, killAfterMs));
      traffic.url = undefined;
      daemon.kill('SIGKILL');
      traffic.crash();
      isKilled = true;
      await Promise.all([scraping, daemon.ended]);

      const startedAt = Date.now();
      daemon = await lab.serve();
      // Counters come from disk at once, before any pass.
      const series = await daemon.scrape();
      witness(series);
      traffic.url = daemon.intakeUrl;
      await ready(daemon);
      faults.push(...faultsOf(lab, traffic, series, startedAt));
      expect(daemon.stderr()).not.toContain('level=ERROR');
    }
    await stop();
    const { connections, disconnects, overdue } = traffic;
    const last = await eventually(async () => {
      const series = await daemon.scrape();
      expect(total(series, 'aws_connections_exporter_passes_total')).toBeGreaterThan(1);
      return series;
    });
    witness(last);
    expect(faults.slice(0, 10)).toEqual([]);
    console.log(
      `${KILLS} kills, ${scrapes} scrapes, ${connections.safe.size} connections that no kill may lose`,
    );
    expect(connections.safe.size).toBeGreaterThan(50);
    expect(disconnects.safe.size).toBeGreaterThan(20);
    expect(scrapes).toBeGreaterThan(3 * KILLS);
    // Each of these counts once, as soon as a pass ends; others are missed only after a minute.
    expect(total(last, 'aws_websocket_missed_disconnects_total')).toBeGreaterThanOrEqual(overdue.safe.size);
    expect(overdue.safe.size).toBeGreaterThan(5);
  },
  10 * DEADLINE_MS,
);

test('SIGTERM while events come in: every event that was acknowledged is on disk', async () => {
  const lab = await openLab(sections);
  const { websockets: world } = lab;
  world.addApi({ apiId: API });
  const traffic = new Traffic(world);
  const daemon = await lab.serve();
  traffic.url = daemon.intakeUrl;
  const stop = traffic.run();
  await ready(daemon);
  // More than it can answer before it ends: some are acknowledged after it saved last.
  for (let n = 0; n < 500; n++) traffic.tick();
  await eventually(() => expect(traffic.connections.fresh).toBeGreaterThan(200));
  daemon.kill('SIGTERM');
  expect(await daemon.ended).toMatchObject({ code: 0, signal: null, stdout: '' });
  expect(daemon.stderr()).not.toMatch(
    /level=(WARN|ERROR) (?!msg="(intake\.token_file|Pass skipped|No connection id))/,
  );
  traffic.url = undefined;
  await stop();
  for (const one of [traffic.connections, traffic.disconnects, traffic.overdue]) one.end();

  const startedAt = Date.now();
  const next = await lab.serve();
  await ready(next);
  expect(faultsOf(lab, traffic, await next.scrape(), startedAt)).toEqual([]);
  expect(traffic.connections.safe.size).toBeGreaterThan(200);
});
