import type { VpnWorld } from './world.ts';

/** What is true of every VPN connection that AWS lists, by its id; tunnels by their outside addresses. */
export function siteToSiteVpnTruth(world: VpnWorld): Readonly<Record<string, unknown>> {
  const connections = world.everywhere().map(({ id }) => {
    const { name, state, gateway, routing, routes, tunnels } = world.truth(id);
    const byAddress = tunnels.map(({ outsideIp, status, message, changedAt, routes }) => [
      outsideIp,
      { status, message, since: new Date(changedAt).toISOString(), routes },
    ]);
    return [id, { name, state, gateway, routing, routes, tunnels: Object.fromEntries(byAddress) }] as const;
  });
  return Object.fromEntries(connections);
}
