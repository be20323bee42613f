import { onTestFinished } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../src/simulator/server.ts';
import { createWorld, type World } from '../../src/simulator/world.ts';

export interface Simulation {
  readonly world: World;
  readonly simulator: Simulator;
  readonly url: string;
  /** Moves the world's clock on. */
  advance(ms: number): void;
}

/** A simulator over an empty world whose clock stands at 2026-01-01 00:00:00, closed when the test ends. */
export async function simulate(options: Omit<SimulatorOptions, 'world'> = {}): Promise<Simulation> {
  let now = Date.UTC(2026, 0, 1);
  const world = createWorld({ now: () => now });
  const simulator = await startSimulator({ world, ...options });
  onTestFinished(() => simulator.close());
  return {
    world,
    simulator,
    url: simulator.url,
    advance: (ms) => {
      now += ms;
    },
  };
}
