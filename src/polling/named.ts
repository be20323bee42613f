import type { FaultLog } from '../core/fault-log.ts';
import { type Scope, scopeLabels, UNKNOWN } from '../core/scope.ts';

/** The endpoints that a configuration names: they must be found. */
export interface Named {
  /** As people call an endpoint, such as `Client VPN endpoint`. */
  readonly noun: string;
  /** The key that names them, such as `client_vpn.endpoints`. */
  readonly key: string;
  readonly ids: readonly string[];
}

/** Notes that a named endpoint is no longer there; why, in a sentence. */
export function namedGone({ noun, key }: Named, scope: Scope, faults: FaultLog): string {
  const reason = `it is named in ${key}, but AWS no longer lists it: it was deleted, or the credentials see another account`;
  faults.fail(scope.endpointId, {
    message: `A named ${noun} is gone`,
    reason,
    fields: scopeLabels(scope),
  });
  return reason;
}

/** Notes the named endpoints that no target has and that nobody knew before: each nowhere, and why, in a sentence. */
export function namedNowhere(
  { noun, key, ids }: Named,
  views: readonly Scope[],
  faults: FaultLog,
): readonly (Scope & { readonly error: string })[] {
  const known = new Set(views.map(({ endpointId }) => endpointId));
  const error = `named in ${key}, but no target that could be asked has it: check the id, the account and the region`;
  return ids
    .filter((endpointId) => !known.has(endpointId))
    .map((endpointId) => {
      const message = `A named ${noun} was not found`;
      faults.fail(endpointId, { message, reason: error, fields: { endpoint_id: endpointId } });
      return { accountId: UNKNOWN, region: UNKNOWN, endpointId, error };
    });
}
