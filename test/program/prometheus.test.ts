import { expect } from 'vitest';
import type { Counter } from '../../src/simulator/client-vpn/connection.ts';
import { needs } from '../support/programs.ts';
import { openLab, ready } from './lab.ts';
import { DEADLINE_MS, eventually } from './program.ts';
import { startPrometheus } from './prometheus.ts';

const metrics = {
  ingressBytes: 'aws_client_vpn_ingress_bytes_total',
  egressBytes: 'aws_client_vpn_egress_bytes_total',
  ingressPackets: 'aws_client_vpn_ingress_packets_total',
  egressPackets: 'aws_client_vpn_egress_packets_total',
} as const satisfies Record<Counter, string>;

needs('prometheus')(
  'a real Prometheus learns the truth of the simulated AWS',
  async () => {
    const lab = await openLab({ clientVpn: 'schedule: "* * * * * *"' });
    const { world } = lab;
    const endpointId = world.addEndpoint();
    const people = Array.from({ length: 40 }, (_, n) => world.connect(endpointId, { username: `user${n}` }));
    for (const id of people) world.talk(id, { ingressBytes: 1_000_000, egressBytes: 5_000_000 });
    const opening = world.truth(endpointId);

    const daemon = await lab.serve();
    await ready(daemon);
    const prometheus = await startPrometheus(daemon, lab.folder);
    const flat = async (metric: string, expected: bigint) => {
      const samples = await prometheus.samples(`sum by (endpoint_id) (${metric})[10m:1s]`);
      const last = samples.slice(-3).map(([, value]) => value);
      expect(last).toEqual(Array(3).fill(String(expected)));
    };
    await eventually(() => flat(metrics.ingressBytes, 0n));

    for (const [n, id] of people.entries()) {
      world.talk(id, {
        ingressBytes: 3_001 * n,
        egressBytes: 70_003 * n,
        ingressPackets: 11 * n,
        egressPackets: 59 * n,
      });
      if (n % 4 === 0) world.disconnect(id);
      if (n % 8 === 1) world.beginTerminate(id);
      if (n % 16 === 2) world.hang(id);
    }
    // Short-lived: it comes and goes between two passes, and its every byte counts.
    const guest = world.connect(endpointId, { username: 'guest' });
    world.talk(guest, { ingressBytes: 12_345, egressBytes: 67_890, ingressPackets: 10, egressPackets: 20 });
    world.disconnect(guest);
    const truth = world.truth(endpointId);
    const growth = (counter: Counter) => truth[counter] - opening[counter];
    await eventually(() => flat(metrics.egressPackets, growth('egressPackets')));

    expect(await prometheus.value('up{job="exporter"}')).toBe(1);
    expect(await prometheus.value('aws_client_vpn_up')).toBe(1);
    for (const [status, count] of Object.entries(truth.connections)) {
      expect(await prometheus.value(`aws_client_vpn_connections{status="${status}"}`)).toBe(count);
    }
    expect(await prometheus.value('aws_client_vpn_connections_opened_total')).toBe(1);

    for (const counter of Object.keys(metrics) as Counter[]) {
      // All of it flowed while the connections were active. `increase` widens what lies between the first and the last
      // sample to the whole range, but not below 0, where a counter begins: in a range that ends on the last sample it is exact.
      const metric = `${metrics[counter]}{status="active"}`;
      const samples = await prometheus.samples(`${metric}[10m]`);
      const [first = 0, last = 0] = [samples[0]?.[0], samples.at(-1)?.[0]];
      expect([samples[0]?.[1], samples.at(-1)?.[1]]).toEqual(['0', String(growth(counter))]);
      const rangeMs = Math.round((last - first) * 1000) + 1;
      const increase = await prometheus.value(`increase(${metric}[${rangeMs}ms])`, last);
      expect(increase).toBeCloseTo(Number(growth(counter)), 3);
    }
  },
  3 * DEADLINE_MS,
);
