import type { Connection } from './record.ts';

/** Whether a connection has series of its own while those are on. */
export function isExportable({ status }: Connection): boolean {
  return status !== 'terminated';
}

/** The connections that get series: those that had them keep their place, then the oldest, `max` at most. */
export function exportedConnections(
  connections: readonly Connection[],
  previous: readonly Connection[],
  max: number,
): readonly Connection[] {
  const candidates = new Map(
    connections.filter(isExportable).map((connection) => [connection.id, connection]),
  );
  const kept = previous.flatMap(({ id }) => candidates.get(id) ?? []).slice(0, max);
  if (kept.length === max) return kept;
  for (const { id } of kept) candidates.delete(id);
  return [...kept, ...[...candidates.values()].sort(oldestFirst)].slice(0, max);
}

function oldestFirst(a: Connection, b: Connection): number {
  const [from, to] = [a.establishedAt ?? Number.MAX_VALUE, b.establishedAt ?? Number.MAX_VALUE];
  return from - to || (a.id < b.id ? -1 : 1);
}
