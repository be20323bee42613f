import type { Logger } from '../../core/logger.ts';
import type { View } from './state.ts';
import { UNKNOWN } from './status.ts';
import type { TargetOutcome } from './target-pass.ts';

/** Named endpoints that no target has and that nobody knew before: not up, with account and region unknown. */
export function namedNowhere(
  named: readonly string[],
  views: readonly View[],
  logger: Logger,
): readonly View[] {
  const known = new Set(views.map(({ endpointId }) => endpointId));
  return named
    .filter((endpointId) => !known.has(endpointId))
    .map((endpointId) => {
      const error =
        'named in client_vpn.endpoints, but no target that could be asked has it: check the id, the account and the region';
      logger.error('A named Client VPN endpoint was not found', { endpoint_id: endpointId, reason: error });
      return {
        accountId: UNKNOWN,
        region: UNKNOWN,
        endpointId,
        up: false,
        error,
        last: undefined,
        counters: undefined,
      };
    });
}

/** Throws, saying how many, when a target or an endpoint failed; `nowhere` endpoints belong to no target. */
export function failIfAny(outcomes: readonly TargetOutcome[], nowhere: number): void {
  const endpoints = outcomes.reduce((sum, { views }) => sum + views.length, nowhere);
  const failed = outcomes.reduce((sum, outcome) => sum + outcome.failed, nowhere);
  const targets = outcomes.filter(({ error }) => error !== undefined).length;
  const parts = [
    ...(targets > 0 ? [`${targets} of ${outcomes.length} targets failed`] : []),
    ...(failed > 0 ? [`${failed} of ${endpoints} endpoints failed`] : []),
  ];
  if (parts.length > 0) throw new Error(parts.join(', '));
}
