import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout } from 'node:timers/promises';
import type { Family } from '../../src/core/family.ts';
import { Snapshot } from '../../src/exposition/snapshot.ts';
import { cpuMs } from '../frame/figures.ts';
import { answering } from '../frame/processes.ts';

/** What is rendered: four families of counters with four labels, whose values are others each time. */
export interface RenderingOptions {
  readonly series: number;
}

/** What a rendering cost. */
export interface RenderingCost {
  readonly cpuMs: number;
  readonly sliceMs: number;
}

const NAMES = ['ingress_bytes', 'egress_bytes', 'ingress_packets', 'egress_packets'];
const LABELS = ['account_id', 'region', 'endpoint_id', 'connection_id'] as const;

/** In the child: the exposition that is kept between passes, rendered anew with each `render`; `text` gives it. */
export async function rendering({ series }: RenderingOptions): Promise<void> {
  let round = 0;
  const connections = Array.from({ length: series / NAMES.length }, (_, n) => toLabels(n));
  const families = NAMES.map((name): Family => {
    return {
      name: `aws_client_vpn_connection_${name}_total`,
      help: 'What is rendered.',
      type: 'counter',
      labelNames: LABELS,
      *samples() {
        for (const [n, labels] of connections.entries())
          yield { scope: SCOPE, labels, value: n * 104_729 + round * 361_901 };
      },
    };
  });
  const snapshot = new Snapshot({
    kept: () => families,
    live: () => [],
    hidesProcess: true,
    onFamilyError: (_family, error) => {
      throw error;
    },
  });
  await answering(null, {
    render: async (): Promise<RenderingCost> => {
      round += 1;
      const delay = monitorEventLoopDelay({ resolution: 1 });
      delay.enable();
      const before = cpuMs();
      await snapshot.render();
      const cost = cpuMs() - before;
      // The timer that finds a block must fire before the figure is read.
      await setTimeout(10);
      delay.disable();
      return { cpuMs: cost, sliceMs: delay.max / 1e6 };
    },
    text: async () => Buffer.concat(await snapshot.scrape('text', false)).toString(),
  });
}

const SCOPE = {
  account_id: '111122223333',
  region: 'eu-west-1',
  endpoint_id: 'cvpn-endpoint-0123456789abcdef0',
};
const toLabels = (n: number) => ({
  connection_id: `cvpn-connection-0${(n + 1).toString(16).padStart(16, '0')}`,
});
