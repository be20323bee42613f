/** Tables are at most half full. */
const FIRST_SIZE = 1_024;

/** So many times as there are strings one may not be asked for before it can be forgotten: about two passes. */
const PATIENCE = 8;

/**
 * Strings of texts that come again and again: a text that was seen is not made a string anew. What has not been asked for in a
 * long time is forgotten; whoever holds the string keeps it.
 */
export class Interned {
  #now = new Table(FIRST_SIZE);
  #before = new Table(FIRST_SIZE);
  #asked = 0;

  /** The text between these two, in UTF-8. */
  string(bytes: Buffer, view: DataView, from: number, to: number): string {
    if (this.#asked > PATIENCE * this.#now.capacity) this.#turn();
    this.#asked += 1;
    const hash = hashOf(view, from, to);
    if (hash < 0) return bytes.toString('utf8', from, to);
    const known = this.#now.get(hash, bytes, from, to);
    if (known !== undefined) return known;
    const text = this.#before.get(hash, bytes, from, to) ?? bytes.toString('latin1', from, to);
    this.#now.add(hash, text);
    return text;
  }

  #turn(): void {
    this.#before = this.#now;
    this.#now = new Table(this.#before.capacity);
    this.#asked = 0;
  }
}

/** Strings of ASCII by their hashes, with open addresses. */
class Table {
  #hashes: Int32Array;
  #texts: (string | undefined)[];
  #size = 0;

  constructor(capacity: number) {
    this.#hashes = new Int32Array(capacity);
    this.#texts = new Array<string | undefined>(capacity).fill(undefined);
  }

  get capacity(): number {
    return this.#texts.length;
  }

  get(hash: number, bytes: Buffer, from: number, to: number): string | undefined {
    const mask = this.#texts.length - 1;
    for (let at = hash & mask; ; at = (at + 1) & mask) {
      const text = this.#texts[at];
      if (text === undefined) return undefined;
      if (this.#hashes[at] === hash && isText(text, bytes, from, to)) return text;
    }
  }

  /** Adds one that is not there. */
  add(hash: number, text: string): void {
    if (2 * this.#size >= this.#texts.length) this.#grow();
    this.#put(hash, text);
    this.#size += 1;
  }

  #put(hash: number, text: string): void {
    const mask = this.#texts.length - 1;
    let at = hash & mask;
    while (this.#texts[at] !== undefined) at = (at + 1) & mask;
    this.#hashes[at] = hash;
    this.#texts[at] = text;
  }

  #grow(): void {
    const [hashes, texts] = [this.#hashes, this.#texts];
    this.#hashes = new Int32Array(2 * texts.length);
    this.#texts = new Array<string | undefined>(2 * texts.length).fill(undefined);
    for (let at = 0; at < texts.length; at += 1) {
      const text = texts[at];
      if (text !== undefined) this.#put(hashes[at] ?? 0, text);
    }
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
