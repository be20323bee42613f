import { type Column, NumberColumn, ValueColumn } from '../../core/columns/column.ts';
import { copyOf, type Details } from './record.ts';

/** What rows say of connections beside their readings, by place: an endpoint can have a hundred thousand connections and more. */
export class DetailColumns implements Column<Details> {
  readonly statuses = new ValueColumn<string>();
  readonly users = new ValueColumn<string>();
  readonly postures = new ValueColumn<readonly string[]>();
  readonly establishedAt = new NumberColumn();
  readonly endedAt = new NumberColumn();
  readonly updatedAt = new NumberColumn();
  // Nothing where names are not wanted.
  readonly messages = new ValueColumn<string>();
  readonly usernames = new ValueColumn<string>();
  readonly commonNames = new ValueColumn<string>();
  readonly clientIps = new ValueColumn<string>();
  readonly clientIpv6s = new ValueColumn<string>();

  get(at: number): Details | undefined {
    return this.statuses.get(at) === undefined ? undefined : copyOf(new DetailsRow(this, at));
  }

  set(at: number, details: Details | undefined): void {
    this.statuses.set(at, details?.status);
    this.users.set(at, details?.user);
    this.postures.set(at, details?.postures);
    this.establishedAt.set(at, details?.establishedAt);
    this.endedAt.set(at, details?.endedAt);
    this.updatedAt.set(at, details?.updatedAt);
    this.messages.set(at, details?.statusMessage);
    this.usernames.set(at, details?.username);
    this.commonNames.set(at, details?.commonName);
    this.clientIps.set(at, details?.clientIp);
    this.clientIpv6s.set(at, details?.clientIpv6);
  }
}

const NONE: readonly string[] = [];

/** What stands in a row of columns, which can be another one at any time. */
export class DetailsRow implements Details {
  row: number;
  readonly #columns: DetailColumns;

  constructor(columns: DetailColumns, row: number) {
    this.#columns = columns;
    this.row = row;
  }

  get status() {
    return this.#columns.statuses.get(this.row) ?? '';
  }

  get statusMessage() {
    return this.#columns.messages.get(this.row);
  }

  get user() {
    return this.#columns.users.get(this.row);
  }

  get username() {
    return this.#columns.usernames.get(this.row);
  }

  get commonName() {
    return this.#columns.commonNames.get(this.row);
  }

  get clientIp() {
    return this.#columns.clientIps.get(this.row);
  }

  get clientIpv6() {
    return this.#columns.clientIpv6s.get(this.row);
  }

  get establishedAt() {
    return this.#columns.establishedAt.get(this.row);
  }

  get endedAt() {
    return this.#columns.endedAt.get(this.row);
  }

  get updatedAt() {
    return this.#columns.updatedAt.get(this.row);
  }

  get postures() {
    return this.#columns.postures.get(this.row) ?? NONE;
  }
}
