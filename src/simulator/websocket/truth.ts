import type { WebSocketWorld } from './world.ts';

/** What is true of every WebSocket API, by its id: how many connections live, which AWS tells nobody. */
export function webSocketTruth(world: WebSocketWorld): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    world.apis().map(({ apiId, name }) => [apiId, { name, alive: world.alive(apiId) }] as const),
  );
}
