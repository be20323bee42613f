import { LONGEST_TEXT } from '../xml-reader.ts';
import { plainEnd } from '../xml-text.ts';
import { type ConnectionRows, POSTURES } from './rows.ts';

/** What was found in a row: a text, where it stands, and which field it is. */
export interface Found {
  /** As in a row; LIST where the list of postures begins, STRANGE for a text that is no field. */
  readonly place: number;
  readonly from: number;
  readonly to: number;
  /** Whether nothing can stand there: the element is written `<name/>`, or it is the list. */
  readonly isEmpty: boolean;
}

export const LIST = -1;
export const STRANGE = -2;

/** The markup of a row, and where it is cut for the texts. */
interface Shape {
  readonly markup: DataView;
  /** Where in it each text comes. */
  readonly cuts: Int32Array;
  /** Which field each text is, as in `Found`. */
  readonly places: Int8Array;
  /** 1 where nothing can stand. */
  readonly empties: Uint8Array;
}

/** Rows differ in which elements they have: a session that ended has others than one that lives. */
const MAX_SHAPES = 8;

/**
 * The shapes of rows read before. Where the markup of a row is, byte for byte, that of one that was read with all care, it
 * means the same, and only the texts between it are new: that takes a tenth of the time.
 */
export class Shapes {
  /** The one that fitted last comes first. */
  readonly #shapes: Shape[] = [];

  /** Remembers the markup of a row from `from` to `to`, in which these texts stand in their order, if it is all ASCII. */
  learn(bytes: Buffer, from: number, to: number, found: readonly Found[]): void {
    const markup: Uint8Array[] = [];
    let at = from;
    let length = 0;
    const cuts = found.map((text) => {
      markup.push(bytes.subarray(at, text.from));
      length += text.from - at;
      at = text.to;
      return length;
    });
    markup.push(bytes.subarray(at, to));
    const all = Buffer.concat(markup);
    if (!isAscii(all)) return;
    this.#shapes.unshift({
      markup: new DataView(all.buffer, all.byteOffset, all.byteLength),
      cuts: Int32Array.from(cuts),
      places: Int8Array.from(found, ({ place }) => place),
      empties: Uint8Array.from(found, ({ isEmpty }) => Number(isEmpty)),
    });
    this.#shapes.splice(MAX_SHAPES);
  }

  /** Reads the row that begins at `at` and is followed by `end`, into `rows`; where it ends, or -1 when it has no known shape or is not all there. */
  read(bytes: Buffer, view: DataView, at: number, end: number, rows: ConnectionRows): number {
    for (let index = 0; index < this.#shapes.length; index += 1) {
      const shape = this.#shapes[index];
      if (!shape) break;
      rows.begin();
      const next = readAs(shape, bytes, view, at, end, rows);
      if (next < 0) continue;
      rows.keep();
      if (index > 0) {
        this.#shapes.splice(index, 1);
        this.#shapes.unshift(shape);
      }
      return next;
    }
    return -1;
  }
}

function readAs(
  { markup, cuts, places, empties }: Shape,
  bytes: Buffer,
  view: DataView,
  start: number,
  end: number,
  rows: ConnectionRows,
): number {
  // No more than this is compared below without a look at whether it is there.
  if (start + markup.byteLength > end) return -1;
  let at = start;
  let done = 0;
  for (let index = 0; index < cuts.length; index += 1) {
    const cut = cuts[index] ?? 0;
    if (at + cut - done > end || !spells(view, at, markup, done, cut)) return -1;
    at += cut - done;
    done = cut;
    const from = at;
    if (empties[index] === 0) at = plainEnd(bytes, at);
    if (at < 0 || at - from > LONGEST_TEXT) return -1;
    const place = places[index] ?? STRANGE;
    if (place === LIST) rows.beginPostures();
    else if (place === POSTURES) rows.putPosture(from, at);
    else if (place !== STRANGE) rows.put(place, from, at);
  }
  const left = markup.byteLength - done;
  return at + left <= end && spells(view, at, markup, done, markup.byteLength) ? at + left : -1;
}

/**
 * Whether the bytes from `at` on are those of `markup` between these two: eight at a time, as a number of 64 bits. All are letters of ASCII and
 * none is 0, so that none of the numbers is NaN, which is not equal to itself, or 0, which is equal to its negative.
 */
function spells(view: DataView, at: number, markup: DataView, from: number, to: number): boolean {
  const shift = at - from;
  let i = from;
  for (; i + 8 <= to; i += 8) if (view.getFloat64(i + shift) !== markup.getFloat64(i)) return false;
  for (; i < to; i += 1) if (view.getUint8(i + shift) !== markup.getUint8(i)) return false;
  return true;
}

function isAscii(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte > 0 && byte < 0x80);
}
