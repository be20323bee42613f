import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { feedIntake } from '../../src/simulator/websocket/feed.ts';
import type { ProxyEvent } from '../../src/simulator/websocket/proxy-event.ts';
import { needs } from '../support/programs.ts';
import { total } from './exposition.ts';
import { openLab } from './lab.ts';
import { DEADLINE_MS, eventually } from './program.ts';
import { startPrometheus } from './prometheus.ts';

const API = 'a1b2c3d4e5';
const URL_OF_STAGE = `https://${API}.execute-api.eu-west-1.amazonaws.com/prod`;
const MINUTE_MS = 60_000;
const LIVING = 240;
const GHOSTS = 120;
const SAMPLE = 100;

needs('prometheus')(
  'a real Prometheus reads how many are alive, while ghosts leave pass by pass and every withheld disconnect is counted',
  async () => {
    const lab = await openLab();
    const { websockets: world, simulator } = lab;
    const token = join(lab.folder, 'token');
    writeFileSync(token, 'secret\n');
    lab.configure({
      clientVpn: 'enabled: false',
      // In a thousand passes one interval may miss the truth.
      websocket: `enabled: true, schedule: "* * * * * *", timeout: 5s, stale_after: 1m, sample_size: ${SAMPLE}, \
requests_per_second: 1000, confidence: 0.999, endpoints: [{url: "${URL_OF_STAGE}", source: {type: intake}}]`,
      intake: `enabled: true, listen_address: "127.0.0.1:0", token_file: "${token}"`,
    });
    world.addApi({ apiId: API, name: 'chat' });
    // Until everybody has come, no look-up is granted: nothing new is published, and nobody is marked.
    const grant = simulator.deny('GetConnection');
    const daemon = await lab.serve();
    const prometheus = await startPrometheus(daemon, lab.folder);
    const passes = async () => total(await daemon.scrape(), 'aws_connections_exporter_passes_total') ?? 0;
    // A pass over nobody, before they come.
    await eventually(async () => expect(await passes()).toBeGreaterThanOrEqual(1));

    const feed = feedIntake({ url: daemon.intakeUrl, token: 'secret', world });
    const come = (id?: string) => {
      const connectedAt = Date.now() - 20 * MINUTE_MS;
      return world.connect(API, { ...(id !== undefined && { id }), connectedAt, lastActiveAt: Date.now() });
    };
    const odd = ['L0SM9cOFvHcCIhw=', 'gbgBR89uMQAYKEiZJA=='];
    const living = [...odd, ...Array.from({ length: LIVING - odd.length }, () => come())];
    for (const id of odd) come(id);
    const ghosts = Array.from({ length: GHOSTS }, () => come());
    const told = Array.from({ length: 10 }, () => come());
    const late = Array.from({ length: 5 }, () => come());
    for (const id of living.slice(0, 20)) world.talk(id);
    for (const id of ghosts) world.disconnect(id, { isTold: false });
    for (const id of told) world.disconnect(id);
    await feed.settled();
    expect(feed.tally()).toEqual({ accepted: LIVING + GHOSTS + 15 + 20 + 10, failed: 0 });
    await feed.close();
    const held: ProxyEvent[] = [];
    onTestFinished(world.listen((event) => held.push(event)));
    for (const id of late) world.disconnect(id);
    expect(world.alive(API)).toBe(LIVING);

    /** A pass that begins from now on has ended. */
    const nextPass = async () => {
      const before = await passes();
      await eventually(async () => expect(await passes()).toBeGreaterThanOrEqual(before + 2));
    };
    await nextPass();
    await eventually(async () => expect(await prometheus.value('aws_websocket_up')).toBe(0));
    // What was published while nobody was there.
    expect(await prometheus.value('sum(aws_websocket_connections)')).toBe(0);
    grant();
    await eventually(async () => expect(await prometheus.value('aws_websocket_up')).toBe(1));

    // A disconnect that comes within a minute is not missed, found gone before or not.
    await eventually(async () =>
      expect(await prometheus.value('aws_websocket_registered_connections')).toBeLessThan(LIVING + 60),
    );
    const second = feedIntake({ url: daemon.intakeUrl, token: 'secret', world });
    for (const event of held) second.post(event);
    await second.settled();
    expect(second.tally()).toEqual({ accepted: late.length, failed: 0 });
    await eventually(async () =>
      expect(await prometheus.value('aws_websocket_registered_connections')).toBe(LIVING),
    );
    await nextPass();
    await eventually(async () =>
      expect(await prometheus.value('sum(aws_websocket_connections)')).toBe(LIVING),
    );
    expect(await prometheus.value('aws_websocket_endpoint_info{api_id="a1b2c3d4e5",source="intake"}')).toBe(
      1,
    );

    /** What a metric has been, scrape by scrape, since the start. */
    const history = async (metric: string) =>
      (await prometheus.samples(`${metric}[10m]`)).map(([at, value]) => [at, Number(value)] as const);
    const since = (await history('aws_websocket_registered_connections')).filter(([, n]) => n > 0);
    const registered = since.map(([, n]) => n);
    expect(registered[0]).toBe(LIVING + GHOSTS + late.length);
    expect(registered).toEqual(registered.toSorted((a, b) => b - a));
    expect(new Set(registered).size).toBeGreaterThan(4);
    const upper = new Map(await history('aws_websocket_connections_upper_bound'));
    const lower = await history('aws_websocket_connections_lower_bound');
    const intervals = new Set(
      lower.filter(([at]) => at >= (since[0]?.[0] ?? 0)).map(([at, value]) => `${value}..${upper.get(at)}`),
    );
    const misses = [...intervals].filter((interval) => {
      const [low = 0, high = 0] = interval.split('..').map(Number);
      return !(low <= LIVING && LIVING <= high);
    });
    console.log(`intervals around ${LIVING}: ${[...intervals].join(' ')}`);
    expect(intervals.size).toBeGreaterThan(4);
    expect(misses.length).toBeLessThan(2);

    // Those who just came count at once, though AWS is not asked about them yet.
    const young = Array.from({ length: 7 }, () => world.connect(API));
    await second.settled();
    await eventually(async () =>
      expect(await prometheus.value('sum(aws_websocket_connections)')).toBe(world.alive(API)),
    );
    const asked = new Set(simulator.requests().map(({ params }) => params.connectionId));
    expect(young.filter((id) => asked.has(id))).toEqual([]);
    expect(odd.filter((id) => !asked.has(id))).toEqual([]);

    await eventually(async () => {
      expect(await prometheus.value('aws_websocket_missed_disconnects_total')).toBe(GHOSTS);
    }, 4 * DEADLINE_MS);
    await nextPass();
    const exposition = (await daemon.get('/metrics')).text;
    const last = await daemon.scrape();
    const sum = (name: string, labels = {}) => total(last, name, labels);
    expect({
      missed: sum('aws_websocket_missed_disconnects_total'),
      opened: sum('aws_websocket_connections_opened_total'),
      closed: sum('aws_websocket_connections_closed_total'),
      invalid: sum('aws_websocket_lookups_total', { status: 'invalid' }),
      accepted: sum('aws_connections_exporter_intake_events_total', { result: 'accepted' }),
      events: sum('aws_connections_exporter_intake_events_total'),
    }).toEqual({
      missed: GHOSTS,
      opened: LIVING + GHOSTS + 15 + young.length,
      closed: 15,
      invalid: 0,
      accepted: LIVING + GHOSTS + 15 + 20 + 10 + 5 + young.length,
      events: LIVING + GHOSTS + 15 + 20 + 10 + 5 + young.length,
    });
    const all = [...living, ...ghosts, ...told, ...late, ...young];
    expect(all.filter((id) => exposition.includes(id) || daemon.stderr().includes(id))).toEqual([]);
    const strange = daemon
      .stderr()
      .trimEnd()
      .split('\n')
      .filter((line) => !/^time=\S+Z level=(INFO|WARN|ERROR) msg=/.test(line));
    expect(strange).toEqual([]);
    await second.close();
  },
  8 * DEADLINE_MS,
);
