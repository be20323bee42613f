import type { Sample } from '../core/family.ts';
import { toLabel } from './short-labels.ts';

/** The first block is small, as most renderings are; each that follows is four times as large, up to the last. */
const [FIRST_BYTES, LAST_BYTES] = [2 ** 11, 2 ** 18];
/** A UTF-16 unit takes three bytes in UTF-8 at most, and two where it is escaped. */
const BYTES_PER_UNIT = 3;
/** What stands between texts takes at most so many bytes. */
const MARKS_BYTES = 4;
/** Of 2^53. */
const MOST_DIGITS = 16;
const [BILLION, BILLIONS_DIGITS] = [1e9, 9];
const [NEWLINE, SPACE, QUOTE, COMMA, EQUALS, BACKSLASH] = [0x0a, 0x20, 0x22, 0x2c, 0x3d, 0x5c];
const [ZERO, OPENING, CLOSING, FIRST_BEYOND_ASCII] = [0x30, 0x7b, 0x7d, 0x80];

/**
 * Writes samples as lines, which are alike in every form. They become bytes at once: as strings, each would be put together from a dozen and copied
 * twice. As far as a line is like the one before, which with a scope is most of it, it is copied from there.
 */
export class SeriesWriter {
  #full: Uint8Array[] = [];
  #block = Buffer.allocUnsafe(FIRST_BYTES);
  /** Where in the block what was not taken begins, the last line and the one before it, and where the next byte goes. */
  #from = 0;
  #line = 0;
  #before = 0;
  #at = 0;
  /** Of the line before: name, scope and how many labels that has, all labels, and where from its beginning name, labels and what is before each value end. */
  #name = '';
  #scope: Sample['scope'];
  #scopeLabels = 0;
  readonly #labels: string[] = [];
  readonly #values: string[] = [];
  readonly #ends: number[] = [];
  readonly #quotes: number[] = [];
  /** How many labels the line has so far, and whether it is like the one before up to there, and not written yet. */
  #count = 0;
  #isAlike = false;

  /** Writes a sample of the family with this name; `onCut` hears of a label with a value that is too long. */
  write(name: string, { scope, labels, value, suffix }: Sample, onCut: (label: string) => void): void {
    this.#begin(suffix ? name + suffix : name);
    if (this.#isAlike && scope === this.#scope) this.#count = this.#scopeLabels;
    else for (const label in scope) this.#writeLabel(label, `${scope[label]}`, onCut);
    this.#scope = scope;
    this.#scopeLabels = this.#count;
    const own: Readonly<Record<string, string>> = labels;
    for (const label in own) this.#writeLabel(label, `${own[label]}`, onCut);
    if (this.#isAlike) this.#copy(this.#count);
    if (this.#labels.length > this.#count) this.#labels.length = this.#count;
    if (this.#count > 0) this.#writeMark(CLOSING);
    this.#writeMark(SPACE);
    this.#writeNumber(value);
    this.#writeMark(NEWLINE);
  }

  /** What was written since it was last taken; the next line begins anew. */
  take(): readonly Uint8Array[] {
    const taken = [...this.#full, this.#block.subarray(this.#from, this.#at)];
    this.#full = [];
    this.#from = this.#at;
    this.#line = this.#at;
    this.#name = '';
    return taken;
  }

  #begin(name: string): void {
    // The one before moves to a new block with it.
    this.#reserve(this.#at - this.#line);
    this.#before = this.#line;
    this.#line = this.#at;
    this.#count = 0;
    this.#isAlike = name === this.#name;
    if (this.#isAlike) return;
    this.#name = name;
    this.#writeText(name);
    this.#ends[0] = this.#at - this.#line;
  }

  #writeLabel(label: string, value: string, onCut: (label: string) => void): void {
    const index = this.#count;
    this.#count += 1;
    const isKnown = this.#labels[index] === label;
    if (this.#isAlike && isKnown && this.#values[index] === value) return;
    if (this.#isAlike && isKnown) this.#copyTo(this.#quotes[index]);
    else {
      if (this.#isAlike) this.#copy(index);
      this.#labels[index] = label;
      this.#writeMark(index === 0 ? OPENING : COMMA);
      this.#writeText(label);
      this.#writeMark(EQUALS);
      this.#writeMark(QUOTE);
      this.#quotes[index] = this.#at - this.#line;
    }
    this.#values[index] = value;
    const short = toLabel(value);
    if (short !== value) onCut(label);
    this.#writeText(short);
    this.#writeMark(QUOTE);
    this.#ends[index + 1] = this.#at - this.#line;
  }

  /** Begins the line as the one before, up to the end of so many labels. */
  #copy(labels: number): void {
    this.#copyTo(this.#ends[labels]);
  }

  #copyTo(bytes = 0): void {
    // It has as much room as the one before took, which came to a new block with it.
    this.#block.copyWithin(this.#at, this.#before, this.#before + bytes);
    this.#at += bytes;
    this.#isAlike = false;
  }

  #writeText(text: string): void {
    this.#reserve(text.length * BYTES_PER_UNIT + MARKS_BYTES);
    const block = this.#block;
    const at = this.#at;
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      if (unit >= FIRST_BEYOND_ASCII || unit === QUOTE || unit === BACKSLASH || unit === NEWLINE) {
        this.#at += block.write(escaped(text), at);
        return;
      }
      block[at + index] = unit;
    }
    this.#at = at + text.length;
  }

  #writeNumber(value: number): void {
    if (Number.isSafeInteger(value) && value >= 0) this.#writeDigits(value);
    else this.#writeText(toText(value));
  }

  #writeDigits(value: number): void {
    this.#reserve(MOST_DIGITS + MARKS_BYTES);
    // Whole numbers of 32 bits are divided fastest.
    const high = Math.floor(value / BILLION);
    const low = (value - high * BILLION) | 0;
    const higher = high | 0;
    if (higher > 0) this.#writeFew(higher, digitsOf(higher));
    this.#writeFew(low, higher > 0 ? BILLIONS_DIGITS : digitsOf(low));
  }

  /** So many digits of a number below 2^31. */
  #writeFew(value: number, digits: number): void {
    const block = this.#block;
    let rest = value | 0;
    for (let at = this.#at + digits - 1; at >= this.#at; at -= 1) {
      const next = (rest / 10) | 0;
      block[at] = ZERO + rest - 10 * next;
      rest = next;
    }
    this.#at += digits;
  }

  /** There is room for it: that for a text is more than the text needs. */
  #writeMark(mark: number): void {
    this.#block[this.#at] = mark;
    this.#at += 1;
  }

  /** Makes room for so many bytes in one block with the line that is being written. */
  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#block.length) return;
    const line = this.#block.subarray(this.#line, this.#at);
    this.#full.push(this.#block.subarray(this.#from, this.#line));
    const usual = Math.min(4 * this.#block.length, LAST_BYTES);
    this.#block = Buffer.allocUnsafe(Math.max(usual, 2 * (line.length + bytes)));
    this.#block.set(line);
    this.#from = 0;
    this.#line = 0;
    this.#at = line.length;
  }
}

function digitsOf(value: number): number {
  let digits = 1;
  for (let power = 10; digits < 10 && power <= value; power *= 10) digits += 1;
  return digits;
}

function escaped(text: string): string {
  return text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"');
}

function toText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  return value === Number.NEGATIVE_INFINITY ? '-Inf' : `${value}`;
}
