import { brokenAnswer } from './answers.ts';
import { toLines, toText, withoutLayout } from './xml-text.ts';

const LT = 0x3c;
const GT = 0x3e;
const SLASH = 0x2f;
const AMP = 0x26;
const SPACE = 0x20;
const ASCII_END = 0x80;

declare global {
  interface Buffer {
    /** A copy of the bytes from `start` to `end` as a string; in every Node.js, though not in its types of today. */
    latin1Slice(start: number, end: number): string;
  }
}

const START = 1;
const END = 2;
const OTHER = 3;

/** Answers are six elements deep; each takes a place on the stack. */
export const MAX_DEPTH = 100;

/** The longest text of an element, in bytes: names, states and numbers have hundreds at most; what is longer is skipped by who knows it. */
export const LONGEST_TEXT = 65_536;

/** A start tag without attributes, `<name>`, as bytes that are compared four at a time. */
export type Tag = DataView;

/** The bytes of a start tag. */
export function toTag(name: string): Tag {
  return toView(Buffer.from(`<${name}>`));
}

/** The text that was last read in one place of a document, and where it stood; the next one there is often the same. */
export class LastText {
  text = '';
  at = 0;
  /** Which document that was; not its bytes, which would be kept in memory. */
  document: object | undefined;
}

/**
 * A strict pull reader over the bytes of one whole XML document. It stands on one start tag at a time and checks every
 * end tag against it. Each method throws `brokenAnswer` when the document breaks off or is not well-formed.
 */
export class XmlReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #document = {};
  #at = 0;
  #nameAt = 0;
  #nameEnd = 0;
  #selfClosed = false;
  #hasAttributes = false;
  #depth = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#view = toView(bytes);
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.#at = 3;
  }

  /** Moves to the start tag of the root element. */
  root(): void {
    if (this.#bytes.length === 0) throw brokenAnswer('the answer is empty');
    let markup: number = OTHER;
    while (markup === OTHER) {
      while (isBlank(this.#bytes[this.#at])) this.#at += 1;
      if (this.#at >= this.#bytes.length) throw this.#brokenOff();
      if (this.#bytes[this.#at] !== LT) throw this.#malformed('it does not begin as XML does');
      markup = this.#markup();
    }
    if (markup === END) throw this.#malformed('an end tag comes before the root element');
  }

  /** Checks, after the root element was read, that only comments and white space follow. */
  end(): void {
    for (;;) {
      while (isBlank(this.#bytes[this.#at])) this.#at += 1;
      if (this.#at >= this.#bytes.length) return;
      const isMisc = this.#startsWith('<!--') || this.#startsWith('<?');
      if (!isMisc || this.#markup() !== OTHER)
        throw this.#malformed('something follows the end of the root element');
    }
  }

  /** The name of the element on whose start tag it stands. */
  name(): string {
    return this.#bytes.toString('utf8', this.#nameAt, this.#nameEnd);
  }

  /** Whether that name is `name`. */
  isNamed(name: Tag): boolean {
    const length = name.byteLength - 1;
    return this.#nameEnd - this.#nameAt === length - 1 && this.#spells(this.#nameAt - 1, name, 0, length);
  }

  /**
   * Reads an element's children. Those that stand in the order of `expected`, with or without gaps, cost least: each
   * goes to `visit` with its place in that order. From the first other one on, each goes with -1, and may be any child.
   * `visit` must read the child whole, with one of these three methods. Text between the children is an error.
   */
  children(expected: readonly Tag[], visit: (index: number) => void): void {
    this.#children(expected, visit, false);
  }

  /** Reads an element and everything in it, and keeps nothing. */
  skip(): void {
    this.#children([], () => this.skip(), true);
  }

  /** Reads an element as text, skipping elements before and after it; the string of `last` serves again when the text equals it. */
  text(last: LastText): string {
    if (this.#selfClosed) return '';
    const bytes = this.#bytes;
    const from = this.#at;
    let at = from;
    if (last.document === this.#document) {
      const end = from + last.text.length;
      const back = from - last.at;
      while (at < end && bytes[at] === bytes[at - back]) at += 1;
    }
    const same = at;
    let byte = bytes[at] ?? 0;
    while (byte >= SPACE && byte < ASCII_END && byte !== LT && byte !== AMP) {
      at += 1;
      byte = bytes[at] ?? 0;
    }
    // Anything but plain letters up to the end tag takes the long way.
    if (byte !== LT || bytes[at + 1] !== SLASH) return this.#mixedText();
    if (at - from > LONGEST_TEXT) throw this.#tooLong();
    this.#at = at + 2;
    this.#endTag(this.#nameAt, this.#nameEnd);
    if (at === same && at - from === last.text.length) return last.text;
    last.text = bytes.latin1Slice(from, at);
    last.at = from;
    last.document = this.#document;
    return last.text;
  }

  #children(expected: readonly Tag[], visit: (index: number) => void, textAllowed: boolean): void {
    if (this.#selfClosed) return;
    if (this.#depth === MAX_DEPTH)
      throw this.#malformed(`elements nest deeper than ${MAX_DEPTH}, as in no answer of AWS`);
    this.#depth += 1;
    const nameAt = this.#nameAt;
    const nameEnd = this.#nameEnd;
    for (let index = 0; index < expected.length; index += 1) {
      const tag = expected[index];
      if (!tag || !this.#spells(this.#at, tag, 0, tag.byteLength)) continue;
      this.#nameAt = this.#at + 1;
      this.#at += tag.byteLength;
      this.#nameEnd = this.#at - 1;
      this.#selfClosed = false;
      this.#hasAttributes = false;
      visit(index);
    }
    for (;;) {
      if (this.#toMarkup() && !textAllowed) throw this.#malformed('text stands where only elements belong');
      const markup = this.#markup();
      if (markup === START) visit(-1);
      else if (markup === END) break;
    }
    this.#endTag(nameAt, nameEnd);
    this.#depth -= 1;
  }

  /** Whether the bytes from `at` on are those of `other` from `from` on. */
  #spells(at: number, other: DataView, from: number, length: number): boolean {
    const view = this.#view;
    if (at + length > view.byteLength) return false;
    let i = 0;
    for (; i + 4 <= length; i += 4) if (view.getInt32(at + i) !== other.getInt32(from + i)) return false;
    for (; i < length; i += 1) if (view.getUint8(at + i) !== other.getUint8(from + i)) return false;
    return true;
  }

  /** Text with entities, CDATA, comments, line ends or letters beyond ASCII. */
  #mixedText(): string {
    const bytes = this.#bytes;
    const nameAt = this.#nameAt;
    const nameEnd = this.#nameEnd;
    const parts: string[] = [];
    const end = this.#at + LONGEST_TEXT;
    let whole = !this.#hasAttributes;
    let hasText = false;
    let isOver = false;
    const add = (part: string) => {
      const isText = part.trim() !== '';
      // Joined, the digits on both sides of an element would be a number that nobody sent.
      if (isText && isOver) throw this.#malformed('an element stands in the middle of a text');
      hasText ||= isText;
      parts.push(part);
    };
    for (;;) {
      const from = this.#at;
      this.#toMarkup();
      const to = this.#at;
      if (to > end) throw this.#tooLong();
      if (to > from) add(toText(bytes.toString('utf8', from, to)));
      const markup = this.#markup();
      if (markup === END) break;
      if (markup === START) {
        this.skip();
        whole = false;
        isOver = hasText;
      } else if (bytes[to + 2] === 0x5b) add(toLines(bytes.toString('utf8', to + 9, this.#at - 3)));
    }
    this.#endTag(nameAt, nameEnd);
    return withoutLayout(whole ? [parts.join('')] : parts);
  }

  /** Moves to the next `<`; tells whether more than white space came before it. */
  #toMarkup(): boolean {
    const bytes = this.#bytes;
    let isText = false;
    while (this.#at < bytes.length && bytes[this.#at] !== LT) {
      isText ||= !isBlank(bytes[this.#at]);
      this.#at += 1;
    }
    if (this.#at >= bytes.length) throw this.#brokenOff();
    return isText;
  }

  /** Reads one piece of markup: of a start tag all, of an end tag no more than `</`, a comment or the like whole. */
  #markup(): typeof START | typeof END | typeof OTHER {
    const bytes = this.#bytes;
    const next = bytes[this.#at + 1];
    if (next === SLASH) {
      this.#at += 2;
      return END;
    }
    if (next === 0x3f) return this.#pass('<?', '?>');
    if (next === 0x21) {
      return this.#startsWith('<!--') ? this.#pass('<!--', '-->') : this.#pass('<![CDATA[', ']]>');
    }
    this.#startTag();
    return START;
  }

  #startTag(): void {
    const bytes = this.#bytes;
    let at = this.#at + 1;
    this.#nameAt = at;
    let byte = bytes[at] ?? 0;
    while (byte > SPACE && byte !== GT && byte !== SLASH && byte !== LT) {
      at += 1;
      byte = bytes[at] ?? 0;
    }
    this.#nameEnd = at;
    this.#hasAttributes = false;
    let quote = 0;
    while (byte !== GT || quote !== 0) {
      if (at >= bytes.length) throw this.#brokenOff();
      if (byte === quote) quote = 0;
      else if (quote === 0 && (byte === 0x22 || byte === 0x27)) quote = byte;
      else if (quote === 0 && byte === LT) throw this.#malformed('a tag begins within a tag');
      this.#hasAttributes ||= quote !== 0;
      at += 1;
      byte = bytes[at] ?? 0;
    }
    if (this.#nameEnd === this.#nameAt) throw this.#malformed('a tag has no name');
    this.#selfClosed = bytes[at - 1] === SLASH;
    this.#at = at + 1;
  }

  #endTag(nameAt: number, nameEnd: number): void {
    const bytes = this.#bytes;
    let at = this.#at;
    const length = nameEnd - nameAt;
    if (at + length >= bytes.length) throw this.#brokenOff();
    if (!this.#spells(at, this.#view, nameAt, length)) throw this.#wrongEnd(nameAt, nameEnd);
    at += length;
    while (isBlank(bytes[at])) at += 1;
    if (at >= bytes.length) throw this.#brokenOff();
    if (bytes[at] !== GT) throw this.#wrongEnd(nameAt, nameEnd);
    this.#at = at + 1;
  }

  /** Moves past `end`, which closes what `start` opens here. */
  #pass(start: string, end: string): typeof OTHER {
    if (!this.#startsWith(start)) throw this.#malformed(`it has a declaration, as HTML pages do`);
    const at = this.#bytes.indexOf(end, this.#at + start.length, 'latin1');
    if (at < 0) throw this.#brokenOff();
    this.#at = at + end.length;
    return OTHER;
  }

  #startsWith(text: string): boolean {
    return this.#bytes.toString('latin1', this.#at, this.#at + text.length) === text;
  }

  #wrongEnd(nameAt: number, nameEnd: number): Error {
    return this.#malformed(`<${this.#bytes.toString('utf8', nameAt, nameEnd)}> has no end tag`);
  }

  #tooLong(): Error {
    return this.#malformed(`a text is longer than ${LONGEST_TEXT} bytes, as in no answer of AWS`);
  }

  #malformed(what: string): Error {
    return brokenAnswer(`the answer is not well-formed XML at byte ${this.#at}: ${what}`);
  }

  #brokenOff(): Error {
    return brokenAnswer(`the answer broke off after ${this.#bytes.length} bytes`);
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function toView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
