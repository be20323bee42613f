import { createWorld } from '../src/simulator/client-vpn/world.ts';
import { startSimulator } from '../src/simulator/server.ts';
import { createVpnWorld } from '../src/simulator/site-to-site-vpn/world.ts';
import type { ProxyEvent } from '../src/simulator/websocket/proxy-event.ts';
import { createWebSocketWorld } from '../src/simulator/websocket/world.ts';
import { createRandom } from '../src/simulator/wire/random.ts';

export const API = 'a1b2c3d4e5';
/** Endpoints that stay, and one beside them that is replaced now and then. */
const ENDPOINTS = 3;
const CLIENTS = 40;
const VISITORS = 60;
/** By AWS' clock: nobody stays for two hours, after which AWS ends a connection, however slow this machine is. */
const LONGEST_VISIT_MS = 30 * 60_000;

/** A simulated AWS in which clients come, talk and go. */
export type Aws = Awaited<ReturnType<typeof openAws>>;

/** Opens it, without clients; its clock is `now`. */
export async function openAws(seed: number, now: () => number) {
  const world = createWorld({ seed, now });
  const vpns = createVpnWorld({ seed, now });
  const websockets = createWebSocketWorld({ seed, now });
  const simulator = await startSimulator({ world, vpns, websockets });
  websockets.addApi({ apiId: API, name: 'chat' });
  const endpoints = Array.from({ length: ENDPOINTS }, (_, n) => world.addEndpoint({ name: `stays-${n}` }));
  const tunnels = Array.from({ length: 3 }, () => vpns.addConnection());
  const random = createRandom(~seed);
  const clients = new Map<string, string[]>(endpoints.map((id) => [id, []]));
  const visitors: { readonly id: string; readonly since: number }[] = [];
  let passing: string | undefined;

  const churnClients = (endpointId: string, living: string[]) => {
    const isFull = living.length >= CLIENTS;
    if (!isFull || random.below(2) === 0)
      living.push(world.connect(endpointId, { username: `user${random.below(50)}` }));
    for (const id of living)
      world.talk(id, {
        ingressBytes: random.below(100_000),
        egressBytes: random.below(1_000_000),
        ingressPackets: random.below(100),
        egressPackets: random.below(1_000),
      });
    if (isFull) world.disconnect(living.splice(random.below(living.length), 1)[0] ?? '');
  };

  return {
    simulator,
    world,
    vpns,
    websockets,
    endpoints,
    tunnels,
    /** Hears of every event of the API. */
    listen: (listener: (event: ProxyEvent) => void) => websockets.listen(listener),
    /** Lets a bit happen everywhere. */
    churn() {
      for (const [endpointId, living] of clients) churnClients(endpointId, living);
      visitors.push({ id: websockets.connect(API), since: now() });
      const talking = visitors[random.below(visitors.length)];
      if (talking !== undefined) websockets.talk(talking.id);
      const isOver = ({ since }: { since: number }) => now() - since > LONGEST_VISIT_MS;
      while (visitors.length > VISITORS || visitors.some(isOver))
        websockets.disconnect(visitors.shift()?.id ?? '');
      const id = tunnels[random.below(tunnels.length)] ?? '';
      if (random.below(2) === 0) vpns.bringUp(id, random.below(2), random.below(5));
      else vpns.takeDown(id, random.below(2));
    },
    /** One endpoint goes with all its clients, and another comes. */
    replaceEndpoint() {
      if (passing !== undefined) {
        clients.delete(passing);
        world.removeEndpoint(passing);
      }
      passing = world.addEndpoint({ name: 'passes' });
      clients.set(passing, []);
    },
  };
}
