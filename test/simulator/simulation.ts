import { onTestFinished } from 'vitest';
import { createWorld, type World } from '../../src/simulator/client-vpn/world.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/server.ts';
import { createVpnWorld, type VpnWorld } from '../../src/simulator/site-to-site-vpn/world.ts';
import { createQueueWorld, type QueueWorld } from '../../src/simulator/sqs/world.ts';
import { createWebSocketWorld, type WebSocketWorld } from '../../src/simulator/websocket/world.ts';

export interface Simulation {
  readonly world: World;
  readonly vpns: VpnWorld;
  readonly websockets: WebSocketWorld;
  readonly queues: QueueWorld;
  readonly simulator: Simulator;
  readonly url: string;
  /** Moves the clock of all worlds on. */
  advance(ms: number): void;
}

/** A simulator over empty worlds whose clock stands at 2026-01-01 00:00:00, closed when the test ends. */
export async function simulate(
  options: Omit<SimulatorOptions, 'world' | 'vpns' | 'websockets' | 'queues'> = {},
): Promise<Simulation> {
  let now = Date.UTC(2026, 0, 1);
  const world = createWorld({ now: () => now });
  const vpns = createVpnWorld({ now: () => now });
  const websockets = createWebSocketWorld({ now: () => now });
  const queues = createQueueWorld({ now: () => now });
  const simulator = await startSimulator({ world, vpns, websockets, queues, ...options });
  onTestFinished(() => simulator.close());
  return {
    world,
    vpns,
    websockets,
    queues,
    simulator,
    url: simulator.url,
    advance: (ms) => {
      now += ms;
    },
  };
}
