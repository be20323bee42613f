import type { Domain } from '../../polling/domain.ts';
import { type ClientVpnConfig, clientVpnConfig } from './config.ts';
import { KNOWN_STATUSES, listNow } from './list-now.ts';
import { NAME, TITLE } from './name.ts';
import { ask, permissions } from './permissions.ts';
import { createCollector } from './poller.ts';
import { REJECTABLE } from './record.ts';
import { readIdentity, sourceOf, toPassOptions } from './settings.ts';
import { State } from './state.ts';
import { TABLE_COLUMNS } from './table.ts';

/** Client VPN: DescribeClientVpnConnections turned into gauges and counters. */
export const clientVpn = {
  name: NAME,
  title: TITLE,
  counted: 'connections',
  config: clientVpnConfig,
  docs: { intro: '', everything: { enabled: true }, optIn: ['users.enabled', 'connections.enabled'] },
  rejectable: REJECTABLE,
  start(deps) {
    const state = new State(deps);
    return async ({ config, targets, aws }) => {
      const options = toPassOptions(config, await readIdentity(config));
      return createCollector({ ...deps, targets, source: sourceOf(aws, config), state, options });
    };
  },
  permissions,
  ask: ({ config, aws }, target, signal) => ask(sourceOf(aws, config), config, target, signal),
  limits: ({ requests_per_second }) => ({ ec2: requests_per_second }),
  /** The names in filters, unless people are named plainly. */
  masked(config, hidden) {
    const filters = config.filters.map(({ name, values }) =>
      name === 'username' && config.identity !== 'plain'
        ? { name, values: values.map(() => hidden) }
        : { name, values },
    );
    return { ...config, filters };
  },
  /** Lists the connections of all targets now, without state. */
  list: listNow,
  /** The columns of such a list, in order. */
  columns: TABLE_COLUMNS,
  /** The statuses that such a list is known to have. */
  statuses: KNOWN_STATUSES,
} satisfies Domain<ClientVpnConfig> & Record<string, unknown>;
