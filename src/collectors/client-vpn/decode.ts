import { type ConnectionRows, PLACE } from '../../aws/connections/rows.ts';
import { type Exact, toExact } from '../../core/exact.ts';
import type { Reject } from '../../polling/warnings.ts';
import type { Identity } from './identity.ts';
import { type Details, type ListedConnection, NO_STATUS } from './record.ts';

/** The longest id that is taken for one: AWS' have 33 characters. */
export const LONGEST_ID = 128;
/** The most posture compliance statuses of a connection; the rest of them is rejected. */
export const MOST_POSTURES_EACH = 50;

/** What tells people, and the words of AWS. */
type Names = Pick<Details, 'statusMessage' | 'username' | 'commonName' | 'clientIp' | 'clientIpv6'>;

/** Of a connection whose names nobody wants; all share it. */
const NAMELESS: Names = {
  statusMessage: undefined,
  username: undefined,
  commonName: undefined,
  clientIp: undefined,
  clientIpv6: undefined,
};

function namesOf(text: (place: number) => string | undefined, identity: Identity): Names {
  const show = (name: string | undefined) => (name ? identity.show(name) : undefined);
  const address = (place: number) => (identity.showsAddresses ? text(place) || undefined : undefined);
  return {
    statusMessage: identity.isPlain ? text(PLACE.message) || undefined : undefined,
    username: show(text(PLACE.username)),
    commonName: show(text(PLACE.commonName)),
    clientIp: address(PLACE.clientIp),
    clientIpv6: address(PLACE.clientIpv6Address),
  };
}

/** How rows are decoded. */
export interface Decoding {
  readonly identity: Identity;
  /** Whether names, addresses and messages are wanted too; each is a string for each connection. */
  readonly withNames: boolean;
  readonly reject: Reject;
}

/** Decodes a row; undefined, and rejected whole, when it has no connection id, or a text too long to be one. */
export function toConnection(
  rows: ConnectionRows,
  row: number,
  { identity, withNames, reject }: Decoding,
): ListedConnection | undefined {
  const text = (place: number) => rows.text(row, place);
  const id = rows.id(row);
  if (!id || (typeof id === 'string' && id.length > LONGEST_ID)) {
    reject('connection_id', id);
    return undefined;
  }
  const name = text(PLACE.username) || text(PLACE.commonName);
  const establishedAt = time(rows, row, PLACE.connectionEstablishedTime, 'established_at', reject);
  const endedAt = time(rows, row, PLACE.connectionEndTime, 'ended_at', reject);
  const endsBeforeStart = endedAt !== undefined && establishedAt !== undefined && endedAt < establishedAt;
  if (endsBeforeStart) reject('ended_at', text(PLACE.connectionEndTime));
  return {
    id,
    status: text(PLACE.code) || NO_STATUS,
    user: name ? identity.key(name) : undefined,
    ...(withNames ? namesOf(text, identity) : NAMELESS),
    establishedAt,
    endedAt: endsBeforeStart ? undefined : endedAt,
    updatedAt: time(rows, row, PLACE.timestamp, 'updated_at', reject),
    readings: [
      reading(rows, row, PLACE.ingressBytes, 'ingress_bytes', reject),
      reading(rows, row, PLACE.egressBytes, 'egress_bytes', reject),
      reading(rows, row, PLACE.ingressPackets, 'ingress_packets', reject),
      reading(rows, row, PLACE.egressPackets, 'egress_packets', reject),
    ],
    postures: posturesOf(rows.postures(row), reject),
  };
}

/** Decodes the rows of a page, but for those without a connection id. */
export function* toConnections(rows: ConnectionRows, decoding: Decoding): Iterable<ListedConnection> {
  for (let row = 0; row < rows.length; row += 1) {
    const connection = toConnection(rows, row, decoding);
    if (connection) yield connection;
  }
}

function posturesOf(all: readonly string[] = [], reject: Reject): readonly string[] {
  if (all.length <= MOST_POSTURES_EACH) return all;
  reject('posture', `${all.length} of one connection`);
  return all.slice(0, MOST_POSTURES_EACH);
}

function reading(
  rows: ConnectionRows,
  row: number,
  place: number,
  field: string,
  reject: Reject,
): Exact | undefined {
  const number = rows.number(row, place);
  if (number !== undefined) return number;
  const text = rows.text(row, place);
  const value = text === undefined ? undefined : toExact(text);
  if (value === undefined) reject(field, text);
  return value;
}

function time(
  rows: ConnectionRows,
  row: number,
  place: number,
  field: string,
  reject: Reject,
): number | undefined {
  const at = rows.time(row, place);
  if (at !== undefined) return at;
  const text = rows.text(row, place);
  if (text === undefined || text === '' || text === '-') return undefined;
  const value = toTime(text);
  if (value === undefined) reject(field, text);
  return value;
}

const TIME = /^(?!00)\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[ T]([01]\d|2[0-3])(:[0-5]\d){2}(\.\d+)?Z?$/;

/** Reads EC2's `2019-08-12 07:58:34` (no zone: UTC) as milliseconds since 1970; undefined for anything else, a 30th of February included. */
export function toTime(text: string): number | undefined {
  if (!TIME.test(text)) return undefined;
  const month = digits(text, 5, 7);
  const day = digits(text, 8, 10);
  const clock = [digits(text, 11, 13), digits(text, 14, 16), digits(text, 17, 19)] as const;
  const at = Date.UTC(digits(text, 0, 4), month - 1, day, ...clock);
  // Date.UTC carries a day too many over into the next month.
  return day > 28 && new Date(at).getUTCMonth() !== month - 1 ? undefined : at;
}

function digits(text: string, from: number, to: number): number {
  let value = 0;
  for (let index = from; index < to; index += 1) value = value * 10 + text.charCodeAt(index) - 48;
  return value;
}
