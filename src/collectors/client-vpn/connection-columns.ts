import { type Column, ExactColumn, NumberColumn } from '../../core/columns.ts';
import { COUNTERS, type Connection, NAMELESS, type Names } from './record.ts';

/** Connections by place, a column for each of what they are made of: an endpoint can have a hundred thousand and more. */
export class ConnectionColumns implements Column<Connection> {
  readonly #ids: (string | undefined)[] = [];
  readonly #statuses: string[] = [];
  readonly #users: (string | undefined)[] = [];
  readonly #names: Names[] = [];
  readonly #postures: (readonly string[])[] = [];
  readonly #establishedAt = new NumberColumn();
  readonly #endedAt = new NumberColumn();
  readonly #updatedAt = new NumberColumn();
  readonly #readings = COUNTERS.map(() => new ExactColumn());

  get(at: number): Connection | undefined {
    const id = this.#ids[at];
    if (id === undefined) return undefined;
    return {
      id,
      status: this.#statuses[at] ?? '',
      user: this.#users[at],
      ...(this.#names[at] ?? NAMELESS),
      establishedAt: this.#establishedAt.get(at),
      endedAt: this.#endedAt.get(at),
      updatedAt: this.#updatedAt.get(at),
      readings: this.#readings.map((column) => column.get(at)),
      postures: this.#postures[at] ?? [],
    };
  }

  set(at: number, connection: Connection | undefined): void {
    this.#ids[at] = connection?.id;
    if (!connection) return;
    this.#statuses[at] = connection.status;
    this.#users[at] = connection.user;
    this.#names[at] = namesOf(connection);
    this.#postures[at] = connection.postures;
    this.#establishedAt.set(at, connection.establishedAt);
    this.#endedAt.set(at, connection.endedAt);
    this.#updatedAt.set(at, connection.updatedAt);
    for (let index = 0; index < COUNTERS.length; index += 1)
      this.#readings[index]?.set(at, connection.readings[index]);
  }
}

/** Where there are none, the one that serves for all. */
function namesOf({ statusMessage, username, commonName, clientIp, clientIpv6 }: Connection): Names {
  const names = { statusMessage, username, commonName, clientIp, clientIpv6 };
  return Object.values(names).every((name) => name === undefined) ? NAMELESS : names;
}
