import type { World } from './world.ts';

/** What is true of every endpoint that AWS still knows, by its id. */
export function clientVpnTruth(world: World): Readonly<Record<string, unknown>> {
  const endpoints = world.everywhere().map((endpoint) => {
    const { connections, opened, ended } = world.truth(endpoint.id);
    return [endpoint.id, { name: endpoint.spec.name ?? '', connections, opened, ended }] as const;
  });
  return Object.fromEntries(endpoints);
}
