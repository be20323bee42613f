import { ID_WORDS, packBytes } from '../../core/columns/packed-id.ts';
import type { WordsId } from '../../core/columns/table.ts';
import type { Interned } from './interned.ts';

/** The elements of a connection that are read, in the order in which AWS sends them; the two of its status among them. */
export const FIELDS = [
  'clientVpnEndpointId',
  'timestamp',
  'connectionId',
  'username',
  'connectionEstablishedTime',
  'ingressBytes',
  'egressBytes',
  'ingressPackets',
  'egressPackets',
  'clientIp',
  'clientIpv6Address',
  'commonName',
  'code',
  'message',
  'connectionEndTime',
  'authorizationPolicyLastEvaluatedTime',
] as const;
export type Field = (typeof FIELDS)[number];

/** The place of a field in a row. */
export const PLACE = Object.fromEntries(FIELDS.map((field, place) => [field, place])) as Readonly<
  Record<Field, number>
>;
/** The place of the list of postures. */
export const POSTURES = FIELDS.length;

/** A row is where each of its texts begins and ends, and where in another list those of its postures do. */
const WIDTH = 2 * (FIELDS.length + 1);
const NONE = -1;
/** From here on places are in the buffer of texts that had to be decoded. No answer is as long as that. */
const DECODED = 2 ** 28;

const MOST_SINGLES = 1_000;

const SPACE = 0x20;
const DASH = 0x2d;
const COLON = 0x3a;

/**
 * A page of connections as the bytes of the answer, and where in them each text stands: a text becomes a string when it is
 * asked for, not before. Whoever makes it begins a row, puts what it finds, and keeps the row when it is whole.
 */
export class ConnectionRows {
  readonly #interned: Interned;
  #bytes: Buffer = Buffer.alloc(0);
  #view = viewOf(this.#bytes);
  #decoded: Buffer = Buffer.alloc(0);
  #decodedLength = 0;
  #places: Int32Array = new Int32Array(WIDTH);
  #lists: Int32Array = new Int32Array(2);
  #listed = 0;
  /** Lists of one text, by it: nearly every connection has the same. */
  readonly #singles = new Map<string, readonly string[]>();
  #ids = new Uint32Array(ID_WORDS);
  #length = 0;
  #at = 0;

  /** Texts that come again are the strings of `interned`. */
  constructor(interned: Interned) {
    this.#interned = interned;
  }

  /** How many there are. */
  get length(): number {
    return this.#length;
  }

  /** The id of the connection: as words, which are there as long as the page is, where it is one as AWS makes them; undefined where the row lacks it. */
  id(row: number): WordsId | string | undefined {
    const at = row * WIDTH + 2 * PLACE.connectionId;
    const from = this.#places[at] ?? NONE;
    if (from < 0 || from >= DECODED) return this.text(row, PLACE.connectionId);
    const words = ID_WORDS * row;
    if (words >= this.#ids.length) this.#ids = new Uint32Array(ID_WORDS * this.#length);
    if (packBytes(this.#bytes, from, this.#places[at + 1] ?? 0, this.#ids, words))
      return { words: this.#ids, at: words };
    return this.text(row, PLACE.connectionId);
  }

  /** The text of a field by its place; undefined where the row lacks the element. */
  text(row: number, place: number): string | undefined {
    const at = row * WIDTH + 2 * place;
    const from = this.#places[at] ?? NONE;
    return from === NONE ? undefined : this.#string(from, this.#places[at + 1] ?? 0);
  }

  /** The posture compliance statuses of a row, the same array where one alone comes again; undefined where the row lacks the list. */
  postures(row: number): readonly string[] | undefined {
    const at = row * WIDTH + 2 * POSTURES;
    const from = this.#places[at] ?? NONE;
    if (from === NONE) return undefined;
    const to = this.#places[at + 1] ?? 0;
    if (to - from === 2) return this.#alone(this.#inList(from));
    return Array.from({ length: (to - from) / 2 }, (_, index) => this.#inList(from + 2 * index));
  }

  /** The number that a field is, of at most 15 digits; undefined where it is anything else, which its text tells. */
  number(row: number, place: number): number | undefined {
    const at = row * WIDTH + 2 * place;
    const from = this.#places[at] ?? NONE;
    const to = this.#places[at + 1] ?? NONE;
    if (from < 0 || from >= DECODED || to === from || to - from > 15) return undefined;
    return digits(this.#bytes, from, to);
  }

  /** The time that a field is, as `2019-08-12 07:58:34`, in milliseconds since 1970; undefined where it is anything else, which its text tells. */
  time(row: number, place: number): number | undefined {
    const at = row * WIDTH + 2 * place;
    const from = this.#places[at] ?? NONE;
    if (from < 0 || from >= DECODED || (this.#places[at + 1] ?? NONE) - from !== 19) return undefined;
    const bytes = this.#bytes;
    const isTime =
      bytes[from + 4] === DASH &&
      bytes[from + 7] === DASH &&
      bytes[from + 10] === SPACE &&
      bytes[from + 13] === COLON &&
      bytes[from + 16] === COLON;
    if (!isTime) return undefined;
    const year = digits(bytes, from, from + 4);
    const month = digits(bytes, from + 5, from + 7);
    const day = digits(bytes, from + 8, from + 10);
    const hour = digits(bytes, from + 11, from + 13);
    const minute = digits(bytes, from + 14, from + 16);
    const second = digits(bytes, from + 17, from + 19);
    if (year === undefined || year < 1970 || month === undefined || month < 1 || month > 12) return undefined;
    if (day === undefined || day < 1 || day > 28 || hour === undefined || hour > 23) return undefined;
    if (minute === undefined || minute > 59 || second === undefined || second > 59) return undefined;
    return ((daysUntil(year, month) + day - 1) * 24 + hour) * 3_600_000 + minute * 60_000 + second * 1_000;
  }

  /** Forgets all rows. */
  clear(): void {
    this.#length = 0;
    this.#listed = 0;
    this.#decodedLength = 0;
  }

  /** Says in which bytes texts stand; those put already must stand there as well. */
  stand(bytes: Buffer): void {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
  }

  /** Begins a row that lacks everything, in the place of one that was begun and not kept. */
  begin(): void {
    this.#at = this.#length * WIDTH;
    if (this.#at + WIDTH > this.#places.length) this.#places = grown(this.#places);
    this.#places.fill(NONE, this.#at, this.#at + WIDTH);
  }

  /** Puts a text from the bytes. */
  put(place: number, from: number, to: number): void {
    const at = this.#at + 2 * place;
    this.#places[at] = from;
    this.#places[at + 1] = to;
  }

  /** Puts a text that the bytes only stand for. */
  putText(place: number, text: string): void {
    const from = this.#decode(text);
    this.put(place, from, DECODED + this.#decodedLength);
  }

  /** Begins the row's list of postures. */
  beginPostures(): void {
    this.put(POSTURES, this.#listed, this.#listed);
  }

  putPosture(from: number, to: number): void {
    if (this.#listed === this.#lists.length) this.#lists = grown(this.#lists);
    this.#lists[this.#listed] = from;
    this.#lists[this.#listed + 1] = to;
    this.#listed += 2;
    this.#places[this.#at + 2 * POSTURES + 1] = this.#listed;
  }

  putPostureText(text: string): void {
    const from = this.#decode(text);
    this.putPosture(from, DECODED + this.#decodedLength);
  }

  /** Keeps the row that was begun. */
  keep(): void {
    this.#length += 1;
  }

  #decode(text: string): number {
    const from = DECODED + this.#decodedLength;
    const bytes = Buffer.from(text);
    while (this.#decodedLength + bytes.length > this.#decoded.length)
      this.#decoded = Buffer.concat([this.#decoded], Math.max(1024, 2 * this.#decoded.length));
    this.#decodedLength += bytes.copy(this.#decoded, this.#decodedLength);
    return from;
  }

  #inList(at: number): string {
    return this.#string(this.#lists[at] ?? 0, this.#lists[at + 1] ?? 0);
  }

  #alone(text: string): readonly string[] {
    const known = this.#singles.get(text);
    if (known) return known;
    if (this.#singles.size === MOST_SINGLES) this.#singles.clear();
    const list = [text];
    this.#singles.set(text, list);
    return list;
  }

  #string(from: number, to: number): string {
    return from < DECODED
      ? this.#interned.string(this.#bytes, this.#view, from, to)
      : this.#decoded.toString('utf8', from - DECODED, to - DECODED);
  }
}

/** The number that these bytes are as decimal digits; undefined where one is none. */
function digits(bytes: Buffer, from: number, to: number): number | undefined {
  let value = 0;
  for (let at = from; at < to; at += 1) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/** The days from 1970 to the first of this month. */
function daysUntil(year: number, month: number): number {
  const y = month <= 2 ? year - 1 : year;
  const leaps = Math.floor(y / 4) - Math.floor(y / 100) + Math.floor(y / 400);
  return 365 * y + leaps + Math.floor((153 * ((month + 9) % 12) + 2) / 5) - 719_468;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function grown(before: Int32Array): Int32Array {
  const after = new Int32Array(2 * before.length);
  after.set(before);
  return after;
}
