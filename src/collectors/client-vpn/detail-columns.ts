import { type Column, NumberColumn, ValueColumn } from '../../core/columns/column.ts';
import type { Details } from './record.ts';

/** What rows say of connections beside their readings, by place: an endpoint can have a hundred thousand connections and more. */
export class DetailColumns implements Column<Details> {
  readonly #statuses = new ValueColumn<string>();
  readonly #users = new ValueColumn<string>();
  readonly #postures = new ValueColumn<readonly string[]>();
  readonly #establishedAt = new NumberColumn();
  readonly #endedAt = new NumberColumn();
  readonly #updatedAt = new NumberColumn();
  // Without names, nothing.
  readonly #messages = new ValueColumn<string>();
  readonly #usernames = new ValueColumn<string>();
  readonly #commonNames = new ValueColumn<string>();
  readonly #clientIps = new ValueColumn<string>();
  readonly #clientIpv6s = new ValueColumn<string>();

  get(at: number): Details | undefined {
    return this.#statuses.get(at) === undefined ? undefined : this.at(at);
  }

  /** What stands at a place where there is something. */
  at(at: number): Details {
    return {
      status: this.#statuses.get(at) ?? '',
      statusMessage: this.#messages.get(at),
      user: this.#users.get(at),
      username: this.#usernames.get(at),
      commonName: this.#commonNames.get(at),
      clientIp: this.#clientIps.get(at),
      clientIpv6: this.#clientIpv6s.get(at),
      establishedAt: this.#establishedAt.get(at),
      endedAt: this.#endedAt.get(at),
      updatedAt: this.#updatedAt.get(at),
      postures: this.#postures.get(at) ?? [],
    };
  }

  set(at: number, details: Details | undefined): void {
    this.#statuses.set(at, details?.status);
    this.#messages.set(at, details?.statusMessage);
    this.#users.set(at, details?.user);
    this.#usernames.set(at, details?.username);
    this.#commonNames.set(at, details?.commonName);
    this.#clientIps.set(at, details?.clientIp);
    this.#clientIpv6s.set(at, details?.clientIpv6);
    this.#establishedAt.set(at, details?.establishedAt);
    this.#endedAt.set(at, details?.endedAt);
    this.#updatedAt.set(at, details?.updatedAt);
    this.#postures.set(at, details?.postures);
  }
}
