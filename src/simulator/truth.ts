import type { World } from './client-vpn/world.ts';
import type { WebSocketWorld } from './websocket/world.ts';

/** What is true of every endpoint and API at this moment, as JSON: what AWS shows in pieces or not at all, to hold an exporter against. */
export function writeTruth(world: World, websockets: WebSocketWorld): string {
  const endpoints = world.everywhere().map((endpoint) => {
    const { connections, opened, ended } = world.truth(endpoint.id);
    return [endpoint.id, { name: endpoint.spec.name ?? '', connections, opened, ended }] as const;
  });
  const apis = websockets
    .apis()
    .map(({ apiId, name }) => [apiId, { name, alive: websockets.alive(apiId) }] as const);
  const truth = { client_vpn: Object.fromEntries(endpoints), websocket: Object.fromEntries(apis) };
  return `${JSON.stringify(truth, undefined, 2)}\n`;
}
