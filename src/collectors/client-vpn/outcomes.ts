import type { FaultLog } from '../../core/fault-log.ts';
import { UNKNOWN } from '../../core/scope.ts';
import type { View } from './state.ts';

/** Named endpoints that no target has and that nobody knew before: not up, with account and region unknown. */
export function namedNowhere(
  named: readonly string[],
  views: readonly View[],
  faults: FaultLog,
): readonly View[] {
  const known = new Set(views.map(({ endpointId }) => endpointId));
  return named
    .filter((endpointId) => !known.has(endpointId))
    .map((endpointId) => {
      const error =
        'named in client_vpn.endpoints, but no target that could be asked has it: check the id, the account and the region';
      const message = 'A named Client VPN endpoint was not found';
      faults.fail(endpointId, { message, reason: error, fields: { endpoint_id: endpointId } });
      return {
        accountId: UNKNOWN,
        region: UNKNOWN,
        endpointId,
        up: false,
        error,
        name: '',
        lastSuccessAt: undefined,
        last: undefined,
        counters: undefined,
      };
    });
}
