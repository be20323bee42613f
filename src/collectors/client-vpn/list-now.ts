import { type Resolved, resolveAccounts } from '../../aws/accounts.ts';
import type { Aws } from '../../aws/clients.ts';
import { type ConnectionRows, PLACE } from '../../aws/connections/rows.ts';
import { explain } from '../../aws/errors.ts';
import type { Target } from '../../aws/targets.ts';
import type { Clock } from '../../core/clock.ts';
import { toSelection } from '../../polling/selection.ts';
import type { Reject } from '../../polling/warnings.ts';
import type { ClientVpnConfig } from './config.ts';
import { toConnection } from './decode.ts';
import { discover } from './endpoints.ts';
import type { Identity } from './identity.ts';
import { gather } from './listing.ts';
import { type ListedConnection, NO_STATUS, STATUSES } from './record.ts';
import { createRedact, readIdentity, sourceOf } from './settings.ts';
import { isEndpointGone } from './source.ts';
import { type TableRow, toTable } from './table.ts';

/** Which connections are wanted; an empty list wants all. */
export interface Wanted {
  readonly endpoints: readonly string[];
  readonly statuses: readonly string[];
  /** The user name or common name, as AWS has it or as it is shown. */
  readonly user: string | undefined;
}

/** What AWS lists now. */
export interface Listed {
  readonly rows: readonly TableRow[];
  /** A sentence for everything that failed. */
  readonly failures: readonly string[];
  /** What was wanted and no connection has that was listed. */
  readonly missing: { readonly statuses: readonly string[]; readonly user: boolean };
}

/** Every status that AWS documents, and the one of connections that AWS gives none for; it may add others. */
export const KNOWN_STATUSES: readonly string[] = [...STATUSES, NO_STATUS];

/** What listing needs. */
export interface ListDeps {
  readonly config: ClientVpnConfig;
  readonly aws: Aws;
  readonly clock: Clock;
  readonly onProgress: (endpointId: string, connections: number) => void;
}

/** Lists the connections of all targets as AWS has them now, live ones first, without opening the ledger. */
export async function listNow(
  { config, aws, clock, onProgress }: ListDeps,
  targets: readonly Target[],
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Listed> {
  const source = sourceOf(aws, config);
  const identity = await readIdentity(config);
  const decoding = { identity, withNames: true, reject: IGNORE };
  const redact = createRedact(config, identity);
  const selection =
    wanted.endpoints.length > 0
      ? toSelection({ endpoints: wanted.endpoints, tags: {}, exclude: [] })
      : toSelection(config);
  const rows: TableRow[] = [];
  const failures: string[] = [];
  const found = new Set<string>();
  const statuses = new Set<string>();
  let isUserListed = wanted.user === undefined;

  const listEndpoint = async (target: Target, accountId: string, endpointId: string) => {
    let read = 0;
    onProgress(endpointId, read);
    const pages = async function* () {
      for await (const page of source.connectionPages(target, endpointId, signal)) {
        const ofUser: ListedConnection[] = [];
        for (let row = 0; row < page.length; row += 1) {
          statuses.add(page.text(row, PLACE.code) || NO_STATUS);
          if (!isOf(wanted.user, page, row, identity)) continue;
          isUserListed = true;
          const connection = toConnection(page, row, decoding);
          if (connection) ofUser.push(connection);
        }
        yield ofUser;
        read += page.length;
        onProgress(endpointId, read);
      }
    };
    const connections = [...(await gather(pages())).values()];
    const kept = connections.filter(
      ({ status }) => wanted.statuses.length === 0 || wanted.statuses.includes(status),
    );
    rows.push(...toTable({ accountId, region: target.region, endpointId }, kept));
  };

  const listTarget = async (resolved: Resolved) => {
    const { target, accountId, error } = resolved;
    if (error !== undefined) throw new Error(error);
    if (resolved.polledBy) return;
    const { endpoints } = await discover(source, target, selection, IGNORE, signal);
    for (const endpointId of endpoints.keys()) {
      found.add(endpointId);
      await listEndpoint(target, accountId, endpointId).catch((error: unknown) => {
        if (!isEndpointGone(error))
          failures.push(`${endpointId} in ${target.region}: ${redact(explain(error, signal))}`);
      });
    }
  };

  const accounts = resolveAccounts(source, targets, clock, signal);
  await Promise.all(
    accounts.map(async (account) => {
      const resolved = await account;
      const { target } = resolved;
      await listTarget(resolved).catch((error: unknown) => {
        const reason = resolved.error ?? explain(error, signal);
        failures.push(`target ${target.name} in ${target.region}: ${reason}`);
      });
    }),
  );
  for (const id of selection.named.filter((id) => !found.has(id))) {
    failures.push(`${id}: no target that could be asked has it; check the id, the account and the region`);
  }
  const missing = {
    statuses: wanted.statuses.filter((status) => !statuses.has(status)),
    user: !isUserListed,
  };
  return { rows: rows.sort(liveFirst), failures, missing };
}

const IGNORE: Reject = () => {};

/** Whether a row is of this user, as AWS names people or as they are shown. */
function isOf(user: string | undefined, rows: ConnectionRows, row: number, identity: Identity): boolean {
  if (user === undefined) return true;
  const names = [rows.text(row, PLACE.username), rows.text(row, PLACE.commonName)];
  return names.some((name) => name && (name === user || identity.show(name) === user));
}

const ORDER: ReadonlyMap<string, number> = new Map(STATUSES.map((status, place) => [status, place]));

/** Active first, terminated last, a status that AWS added later between them; the latest first within a status. */
function liveFirst(a: TableRow, b: TableRow): number {
  const place = ({ status }: TableRow) => ORDER.get(status) ?? STATUSES.length - 1.5;
  const [at, bt] = [a.established_at ?? '', b.established_at ?? ''];
  return (
    place(a) - place(b) || (at === bt ? 0 : at > bt ? -1 : 1) || (a.connection_id < b.connection_id ? -1 : 1)
  );
}
