import type { Aws } from '../../aws/clients.ts';
import type { Domain } from '../domain.ts';
import { ClientVpnCollector, NAME } from './collector.ts';
import type { ClientVpnConfig } from './config.ts';
import { listConnections, liveFirst } from './list.ts';
import { ask, permissions } from './permissions.ts';
import { readIdentity, toPassOptions } from './settings.ts';
import { createSource } from './source.ts';
import { State } from './state.ts';
import { TABLE_COLUMNS } from './table.ts';

/** Client VPN: DescribeClientVpnConnections turned into gauges and counters. */
export const clientVpn = {
  name: NAME,
  start(deps) {
    const state = new State(deps);
    return async ({ config, targets, aws }) => {
      const options = toPassOptions(config, await readIdentity(config));
      return new ClientVpnCollector({ ...deps, targets, source: sourceOf(aws, config), state, options });
    };
  },
  permissions,
  ask: ({ config, aws }, target, signal) => ask(sourceOf(aws, config), config, target, signal),
  /** Lists the connections of a target now, without state. */
  list: listConnections,
  /** Compares rows of such lists: live connections first. */
  liveFirst,
  /** The columns of such a list, in order. */
  columns: TABLE_COLUMNS,
} satisfies Domain<ClientVpnConfig> & Record<string, unknown>;

function sourceOf(aws: Aws, config: ClientVpnConfig) {
  return createSource(aws, { pageSize: config.page_size, filters: config.filters });
}
