import { brokenAnswer } from './answers.ts';
import { plainEnd, toLines, toText, withoutLayout } from './xml-text.ts';

const LT = 0x3c;
const GT = 0x3e;
const SLASH = 0x2f;
const SPACE = 0x20;

const START = 1;
const END = 2;
const OTHER = 3;

/** Answers are six elements deep; each takes a place on the stack. */
export const MAX_DEPTH = 100;

/** The longest text of an element, in bytes: names, states and numbers have hundreds at most; what is longer is skipped by who knows it. */
export const LONGEST_TEXT = 65_536;

/** Thrown where the bytes at hand end and the document does not. */
export const MORE = Symbol('more bytes are needed');

/** A place between two elements. */
export interface Mark {
  readonly at: number;
  readonly depth: number;
}

/** An element whose start tag was read and whose end tag was not. */
export interface Entered {
  readonly nameAt: number;
  readonly nameEnd: number;
  readonly isEmpty: boolean;
}

/** A start tag without attributes, `<name>`, as bytes that are compared four at a time. */
export type Tag = DataView;

/** The bytes of a start tag. */
export function toTag(name: string): Tag {
  return toView(Buffer.from(`<${name}>`));
}

/**
 * A strict pull reader over the bytes of one whole XML document. It stands on one start tag at a time and checks every
 * end tag against it. Each method throws `brokenAnswer` when the document breaks off or is not well-formed.
 */
export class XmlReader {
  #bytes: Buffer;
  #view: DataView;
  #isWhole: boolean;
  /** Where the text stands that `span` found plain. */
  from = 0;
  to = 0;
  #at = 0;
  #nameAt = 0;
  #nameEnd = 0;
  #selfClosed = false;
  #hasAttributes = false;
  #depth = 0;

  /** Without `isWhole` these are the first bytes of a document, at least three: `MORE` is thrown where they end. */
  constructor(bytes: Buffer, isWhole = true) {
    this.#bytes = bytes;
    this.#view = toView(bytes);
    this.#isWhole = isWhole;
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) this.#at = 3;
  }

  /** Goes on with more bytes of the same document, from the place that was marked; those read already stand where they stood. */
  resume(bytes: Buffer, isWhole: boolean, { at, depth }: Mark): void {
    this.#bytes = bytes;
    this.#view = toView(bytes);
    this.#isWhole = isWhole;
    this.#at = at;
    this.#depth = depth;
  }

  /** Where it stands, between two elements. */
  mark(): Mark {
    return { at: this.#at, depth: this.#depth };
  }

  /** Enters the element on whose start tag it stands; its children come by `next`. */
  enter(): Entered {
    if (this.#depth === MAX_DEPTH)
      throw this.#malformed(`elements nest deeper than ${MAX_DEPTH}, as in no answer of AWS`);
    this.#depth += 1;
    return { nameAt: this.#nameAt, nameEnd: this.#nameEnd, isEmpty: this.#selfClosed };
  }

  /** Sets `from` and `to` to where it stands. */
  here(): void {
    this.from = this.#at;
    this.to = this.#at;
  }

  /** Goes on from `at`, which is between two children. */
  passTo(at: number): void {
    this.#at = at;
  }

  /** Moves to the start tag of the next child of the element that was entered last and has not ended; false when it ends. */
  next({ nameAt, nameEnd, isEmpty }: Entered, textAllowed = false): boolean {
    let markup: number = isEmpty ? END : OTHER;
    while (markup === OTHER) {
      if (this.#toMarkup() && !textAllowed) throw this.#malformed('text stands where only elements belong');
      markup = this.#markup();
    }
    if (markup === START) return true;
    if (!isEmpty) this.#endTag(nameAt, nameEnd);
    this.#depth -= 1;
    return false;
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

  /** Reads an element's children: `visit` must read each whole. Text between them is an error. */
  children(visit: () => void): void {
    const entered = this.enter();
    while (this.next(entered)) visit();
  }

  /** Reads an element and everything in it, and keeps nothing. */
  skip(): void {
    const entered = this.enter();
    while (this.next(entered, true)) this.skip();
  }

  /** Reads an element as text, skipping elements before and after it. */
  text(): string {
    return this.plain() ? this.#bytes.toString('utf8', this.from, this.to) : this.mixed();
  }

  /** Whether the element on whose start tag it stands is written `<name/>`. */
  get isEmpty(): boolean {
    return this.#selfClosed;
  }

  /** Reads an element as text if its bytes mean themselves, or it has none: `from` and `to` tell where. False, and nothing read, if not. */
  plain(): boolean {
    const from = this.#at;
    const to = this.#selfClosed ? from : plainEnd(this.#bytes, this.#view, from);
    if (to < 0 || !(this.#selfClosed || this.#bytes[to + 1] === SLASH)) return false;
    if (to - from > LONGEST_TEXT) throw this.#tooLong();
    this.from = from;
    this.to = to;
    if (this.#selfClosed) return true;
    this.#at = to + 2;
    this.#endTag(this.#nameAt, this.#nameEnd);
    return true;
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

  /** Reads an element as text that is not plain: with entities, CDATA, comments, line ends, elements. */
  mixed(): string {
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
      if (!this.#isWhole && bytes.length - this.#at < '<![CDATA['.length) throw MORE;
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

  #brokenOff(): unknown {
    if (!this.#isWhole) return MORE;
    return brokenAnswer(`the answer broke off after ${this.#bytes.length} bytes`);
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === SPACE || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function toView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
