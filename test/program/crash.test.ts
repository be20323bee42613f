import { readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Series, total } from './exposition.ts';
import { type Daemon, type Lab, openLab, ready } from './lab.ts';
import { DEADLINE_MS, eventually } from './program.ts';

const KILLS = 30;
const CONNECTIONS = 3_000;
/** A pass asks once for the endpoints and four times for a page of connections. */
const CALLS_PER_PASS = 5;
const isCounter = (series: string) => /^aws_client_vpn_\w+_(total|bucket|sum|count)(\{|$)/.test(series);

/** Remembers every counter ever scraped and finds those that fell, or are gone, since. */
class Witness {
  readonly #seen = new Map<string, number>();
  readonly faults: string[] = [];
  scrapes = 0;

  read(series: Series): void {
    this.scrapes += 1;
    for (const [name, before] of this.#seen) {
      const now = series.get(name);
      if (now === undefined) this.faults.push(`${name} was ${before} and is gone`);
      else if (now < before) this.faults.push(`${name} fell from ${before} to ${now}`);
    }
    for (const [name, value] of series) if (isCounter(name)) this.#seen.set(name, value);
  }
}

/** When a kill comes: `random` at any moment, the others as soon as this is seen. */
const moments = ['random', 'listing', 'writing', 'written'] as const;
type Moment = (typeof moments)[number];

/** Resolves when the moment has come. */
async function come(moment: Moment, { world, simulator, storage }: Lab): Promise<void> {
  const passes = world.random.below(2) + 1;
  if (moment === 'random') {
    await new Promise((resolve) => setTimeout(resolve, world.random.below(1_500)));
  } else if (moment === 'listing') {
    const before = simulator.requests().length;
    const calls = CALLS_PER_PASS * passes - world.random.below(4);
    await eventually(() => expect(simulator.requests().length).toBeGreaterThanOrEqual(before + calls));
  } else {
    const suffix = moment === 'writing' ? '.ledger.tmp' : '.ledger';
    let left = passes;
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no ${suffix} was seen`)), DEADLINE_MS);
      const watcher = watch(join(storage, 'client-vpn'), (event, name) => {
        if (event !== 'rename' || !name?.endsWith(suffix) || --left > 0) return;
        watcher.close();
        clearTimeout(timer);
        resolve();
      });
      onTestFinished(() => watcher.close());
    });
  }
}

test(
  'no kill at any moment makes a counter fall or lose a byte',
  async () => {
    const users = 'users: {enabled: true, max: 100}';
    const lab = await openLab({ clientVpn: `schedule: "* * * * * *", ${users}` });
    const { world } = lab;
    const endpointId = world.addEndpoint({ arrivalsPerMinute: 600, clientCidrBlock: '10.0.0.0/8' });
    for (let n = 0; n < CONNECTIONS; n++) {
      const id = world.connect(endpointId, {
        username: `user${n % 150}`,
        establishedAt: Date.now() - 3_600_000,
      });
      world.talk(id, {
        ingressBytes: 1_000 * n,
        egressBytes: 2_000 * n,
        ingressPackets: n,
        egressPackets: n,
      });
    }
    const opening = world.truth(endpointId);
    const witness = new Witness();
    let daemon: Daemon = await lab.serve();
    await ready(daemon);
    witness.read(await daemon.scrape());

    const stop = world.run(100);
    onTestFinished(stop);
    const killedWhile = { listing: 0, writing: 0 };
    for (let kill = 0; kill < KILLS; kill++) {
      let killed = false;
      const scraping = (async () => {
        while (!killed) {
          const series = await daemon.scrape().catch(() => undefined);
          if (series) witness.read(series);
        }
      })();
      await come(moments[kill % moments.length] ?? 'random', lab);
      daemon.kill('SIGKILL');
      killed = true;
      await Promise.all([scraping, daemon.ended]);
      const files = readdirSync(join(lab.storage, 'client-vpn'));
      if (files.some((name) => name.endsWith('.tmp'))) killedWhile.writing += 1;
      const calls = lab.simulator.requests();
      const begun = calls.findLastIndex(({ action }) => action === 'DescribeClientVpnEndpoints');
      if (calls.length - begun < CALLS_PER_PASS) killedWhile.listing += 1;
      daemon = await lab.serve();
      // Counters come from disk at once, before any pass.
      witness.read(await daemon.scrape());
    }
    stop();
    const truth = world.truth(endpointId);
    const passes = (series: Series) => total(series, 'aws_connections_exporter_passes_total') ?? 0;
    const before = passes(await daemon.scrape());
    const last = await eventually(async () => {
      const series = await daemon.scrape();
      // One pass may have begun before the world stopped.
      expect(passes(series)).toBeGreaterThanOrEqual(before + 2);
      return series;
    });
    witness.read(last);

    expect(witness.faults.slice(0, 10)).toEqual([]);
    expect(witness.scrapes).toBeGreaterThan(3 * KILLS);
    console.log(`${KILLS} kills, of them ${JSON.stringify(killedWhile)}; ${witness.scrapes} scrapes`);
    expect(killedWhile.listing).toBeGreaterThan(0);
    expect(killedWhile.writing).toBeGreaterThan(0);
    const sum = (name: string) => total(last, `aws_client_vpn_${name}`);
    expect({
      ingressBytes: sum('ingress_bytes_total'),
      egressBytes: sum('egress_bytes_total'),
      ingressPackets: sum('ingress_packets_total'),
      egressPackets: sum('egress_packets_total'),
      userIngressBytes: sum('user_ingress_bytes_total'),
      opened: sum('connections_opened_total'),
      ended: sum('connection_duration_seconds_count'),
      connections: sum('connections'),
    }).toEqual({
      ingressBytes: Number(truth.ingressBytes - opening.ingressBytes),
      egressBytes: Number(truth.egressBytes - opening.egressBytes),
      ingressPackets: Number(truth.ingressPackets - opening.ingressPackets),
      egressPackets: Number(truth.egressPackets - opening.egressPackets),
      userIngressBytes: Number(truth.ingressBytes - opening.ingressBytes),
      opened: truth.opened - opening.opened,
      ended: truth.ended - opening.ended,
      connections: Object.values(truth.connections).reduce((count, one) => count + one),
    });
    expect(truth.ended).toBeGreaterThan(opening.ended);
  },
  10 * DEADLINE_MS,
);
