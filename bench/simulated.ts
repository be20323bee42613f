import { createWorld } from '../src/simulator/client-vpn/world.ts';
import { startSimulator } from '../src/simulator/server.ts';
import { answering, type Child, startChild } from './children.ts';

/** The largest quota that AWS gives one endpoint. */
export const CONNECTIONS = 126_000;

/** In the child: a simulator whose one endpoint has that many connections; `step` moves them all. */
export async function simulated(_args: readonly string[]): Promise<void> {
  const world = createWorld({ seed: 1 });
  const endpointId = world.addEndpoint({ name: 'bench', arrivalsPerMinute: 600 });
  for (let n = 0; n < CONNECTIONS; n += 1) {
    const id = world.connect(endpointId, {
      username: `user${n % 50_000}@example.com`,
      commonName: `client${n}.example.com`,
      clientIpv6: `fd00::${n.toString(16)}`,
      postures: ['compliant'],
    });
    world.talk(id, {
      ingressBytes: n * 7919,
      egressBytes: n * 104_729,
      ingressPackets: n * 13,
      egressPackets: n * 17,
    });
  }
  const simulator = await startSimulator({ world });
  await answering(simulator.url, { step: async () => world.step(10) });
}

/** Starts it. */
export async function startSimulated(): Promise<{ url: string; simulated: Child }> {
  const { child, first } = await startChild<string>('simulated', []);
  return { url: first, simulated: child };
}
