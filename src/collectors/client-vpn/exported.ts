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
  const places = new Map(previous.map(({ id }, place) => [id, place]));
  const place = ({ id }: Connection) => places.get(id) ?? Number.POSITIVE_INFINITY;
  const establishedAt = (connection: Connection) => connection.establishedAt ?? Number.POSITIVE_INFINITY;
  const byPlace = (a: Connection, b: Connection) =>
    compare(place(a), place(b)) || compare(establishedAt(a), establishedAt(b)) || (a.id < b.id ? -1 : 1);
  return connections.filter(isExportable).sort(byPlace).slice(0, max);
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
