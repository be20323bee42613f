/** Tables are at most half full. */
const FIRST_SIZE = 1_024;

/** So many times as there are strings one may not be asked for before it can be forgotten: about two passes. */
const PATIENCE = 8;

/**
 * Strings of texts that come again and again: a text that was seen is not made a string anew. Texts come in rows, which most often follow each
 * other as they did before: so first a text is held against the one that came after the one before. What has not been asked for in a long time is
 * forgotten; whoever holds the string keeps it.
 */
export class Interned {
  #now = new Table(FIRST_SIZE);
  #before = new Table(FIRST_SIZE);
  #asked = 0;
  /** Of each column of the rows, the number of the text that came last. */
  readonly #last: number[] = [];

  /** The text between these two, in UTF-8, of a column of the rows. */
  string(bytes: Buffer, view: DataView, from: number, to: number, column: number): string {
    if (this.#asked > PATIENCE * this.#now.capacity) this.#turn();
    this.#asked += 1;
    const last = this.#last[column] ?? 0;
    const likely = this.#now.after(last);
    let number = likely;
    if (likely === 0 || !isText(this.#now.at(likely), bytes, from, to)) {
      const hash = hashOf(view, from, to);
      if (hash < 0) return bytes.toString('utf8', from, to);
      number = this.#now.find(hash, bytes, from, to);
      if (number === 0) {
        const known = this.#before.find(hash, bytes, from, to);
        number = this.#now.add(hash, known > 0 ? this.#before.at(known) : bytes.toString('latin1', from, to));
      }
      this.#now.follow(last, number);
    }
    this.#last[column] = number;
    return this.#now.at(number);
  }

  #turn(): void {
    this.#before = this.#now;
    this.#now = new Table(this.#before.capacity);
    this.#asked = 0;
    this.#last.length = 0;
  }
}

/** Strings of ASCII by their hashes, with open addresses, and numbered as they come, from 1 on: 0 is none. */
class Table {
  readonly #texts: string[] = [''];
  readonly #hashes: number[] = [0];
  readonly #after: number[] = [0];
  #slots: Int32Array;

  constructor(capacity: number) {
    this.#slots = new Int32Array(capacity);
  }

  get capacity(): number {
    return this.#slots.length;
  }

  at(number: number): string {
    return this.#texts[number] ?? '';
  }

  /** The text that came after this one when it came last. */
  after(number: number): number {
    return this.#after[number] ?? 0;
  }

  /** Notes what came after a text. */
  follow(number: number, after: number): void {
    this.#after[number] = after;
  }

  find(hash: number, bytes: Buffer, from: number, to: number): number {
    const mask = this.#slots.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const number = this.#slots[at] ?? 0;
      if (number === 0 || (this.#hashes[number] === hash && isText(this.at(number), bytes, from, to)))
        return number;
    }
  }

  /** Adds one that is not there. */
  add(hash: number, text: string): number {
    if (2 * this.#texts.length >= this.#slots.length) {
      this.#slots = new Int32Array(2 * this.#slots.length);
      for (let number = 1; number < this.#texts.length; number += 1) this.#put(number);
    }
    const number = this.#texts.push(text) - 1;
    this.#hashes.push(hash);
    this.#after.push(0);
    this.#put(number);
    return number;
  }

  #put(number: number): void {
    const mask = this.#slots.length - 1;
    let at = (this.#hashes[number] ?? 0) & mask;
    while (this.#slots[at] !== 0) at = (at + 1) & mask;
    this.#slots[at] = number;
  }
}

function isText(text: string, bytes: Buffer, from: number, to: number): boolean {
  if (text.length !== to - from) return false;
  for (let index = 0; index < text.length; index += 1)
    if (text.charCodeAt(index) !== bytes[from + index]) return false;
  return true;
}

/** A hash of 31 bits; -1 where not all is ASCII. */
function hashOf(view: DataView, from: number, to: number): number {
  let hash = to - from;
  let all = 0;
  let at = from;
  for (; at + 4 <= to; at += 4) {
    const word = view.getInt32(at, true);
    all |= word;
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; at < to; at += 1) {
    const byte = view.getUint8(at);
    all |= byte;
    hash = Math.imul(hash ^ byte, 0x85ebca6b);
    hash ^= hash >>> 13;
  }
  return (all & 0x80808080) === 0 ? (Math.imul(hash, 0xc2b2ae35) ^ (hash >>> 16)) & 0x7fffffff : -1;
}
