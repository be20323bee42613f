import type { Aws } from '../../aws/clients.ts';
import { explain } from '../../aws/errors.ts';
import type { Target } from '../../aws/targets.ts';
import type { ClientVpnConfig } from './config.ts';
import { discover } from './discovery.ts';
import { gather } from './listing.ts';
import { type Reject, STATUSES, toConnection } from './record.ts';
import { readIdentity } from './settings.ts';
import { createSource, isEndpointGone, type RawConnection } from './source.ts';
import { type TableRow, toTable } from './table.ts';

/** Which connections are wanted; an empty list wants all. */
export interface Wanted {
  readonly endpoints: readonly string[];
  readonly statuses: readonly string[];
  /** The user name or common name, as AWS has it or as it is shown. */
  readonly user: string | undefined;
}

/** What one target came to: rows, and a sentence for every endpoint (or the target itself) that failed. */
export interface ListedTarget {
  readonly rows: readonly TableRow[];
  readonly failures: readonly string[];
  /** The wanted endpoints that the target has. */
  readonly endpoints: readonly string[];
}

/** Lists the connections of a target as AWS has them now, without opening the ledger. */
export async function listConnections(
  { config, aws }: { readonly config: ClientVpnConfig; readonly aws: Aws },
  target: Target,
  wanted: Wanted,
  onProgress: (endpointId: string, connections: number) => void,
  signal: AbortSignal,
): Promise<ListedTarget> {
  const source = createSource(aws, { pageSize: config.page_size, filters: config.filters });
  const identity = await readIdentity(config);
  const ignore: Reject = () => {};
  const isWanted = ({ Username, CommonName }: RawConnection) =>
    wanted.user === undefined ||
    [Username, CommonName].some(
      (name) => name && (name === wanted.user || identity.show(name) === wanted.user),
    );
  const rows: TableRow[] = [];
  const failures: string[] = [];
  const endpoints: string[] = [];
  try {
    const accountId = await source.accountId(target, signal);
    const selection =
      wanted.endpoints.length > 0
        ? { named: wanted.endpoints, tags: new Map<string, string>() }
        : { named: config.endpoints, tags: new Map(Object.entries(config.tags)) };
    for (const endpointId of (await discover(source, target, selection, ignore, signal)).keys()) {
      endpoints.push(endpointId);
      try {
        let read = 0;
        const pages = async function* () {
          for await (const page of source.connectionPages(target, endpointId, signal)) {
            yield page.filter(isWanted).flatMap((raw) => toConnection(raw, identity, ignore) ?? []);
            read += page.length;
            onProgress(endpointId, read);
          }
        };
        const connections = [...(await gather(pages())).values()].filter(
          ({ status }) => wanted.statuses.length === 0 || wanted.statuses.includes(status),
        );
        rows.push(...toTable({ accountId, region: target.region, endpointId }, connections));
      } catch (error) {
        if (!isEndpointGone(error)) failures.push(`${endpointId} in ${target.region}: ${explain(error)}`);
      }
    }
  } catch (error) {
    failures.push(`target ${target.name} in ${target.region}: ${explain(error)}`);
  }
  return { rows, failures, endpoints };
}

const ORDER: ReadonlyMap<string, number> = new Map(STATUSES.map((status, place) => [status, place]));

/** Active first, terminated last, a status that AWS added later between them; the latest first within a status. */
export function liveFirst(a: TableRow, b: TableRow): number {
  const place = ({ status }: TableRow) => ORDER.get(status) ?? STATUSES.length - 1.5;
  const [at, bt] = [a.established_at ?? '', b.established_at ?? ''];
  return (
    place(a) - place(b) || (at === bt ? 0 : at > bt ? -1 : 1) || (a.connection_id < b.connection_id ? -1 : 1)
  );
}
