import { brokenAnswer } from '../answers.ts';
import { type Entered, type Mark, MORE, toTag, XmlReader } from '../xml-reader.ts';
import type { Interned } from './interned.ts';
import { readRow } from './row.ts';
import { ConnectionRows } from './rows.ts';
import { Shapes } from './shapes.ts';

/** What one answer to DescribeClientVpnConnections says. */
export interface ConnectionsPage {
  /** Undefined where the answer has no list. */
  readonly rows: ConnectionRows | undefined;
  readonly nextToken: string | undefined;
}

const ROOT = toTag('DescribeClientVpnConnectionsResponse');
const CONNECTIONS = toTag('connections');
const NEXT_TOKEN = toTag('nextToken');
const ITEM = toTag('item');
/** Fewer bytes than this are waited for: what a document begins with is looked at as a whole. */
const FIRST_BYTES = 512;

/** Bytes that are read at a time: at the end of each stands a row that is not all there, which is read in vain. */
const STRIDE = 2 ** 16;

/** What is read again from its beginning when it was not all there; a row of AWS has some 1,500 bytes. */
const LONGEST_STEP = 2 ** 20;

/**
 * Reads answers to DescribeClientVpnConnections as they come, chunk by chunk, one after another into the same memory. A row that
 * is not all there yet is read again from its beginning when more has come, so a chunk may end anywhere.
 */
export class ConnectionsReader {
  readonly #rows: ConnectionRows;
  readonly #shapes = new Shapes();
  #buffer = Buffer.allocUnsafeSlow(2 ** 16);
  #view = viewOf(this.#buffer);
  #length = 0;
  /** Where the bytes ended when it read them last. */
  #seen = 0;
  #xml: XmlReader | undefined;
  #mark: Mark = { at: 0, depth: 0 };
  #answer: Entered | undefined;
  #list: Entered | undefined;
  #isOver = false;
  #hasList = false;
  #nextToken: string | undefined;

  readonly #stride: number;

  /** Texts that come again are the strings of `interned`; it reads once so many more bytes are there. */
  constructor(interned: Interned, stride = STRIDE) {
    this.#rows = new ConnectionRows(interned);
    this.#stride = stride;
  }

  /** Begins an answer; the page before it is no longer there. */
  begin(): void {
    this.#rows.clear();
    this.#length = 0;
    this.#seen = 0;
    this.#xml = undefined;
    this.#answer = undefined;
    this.#list = undefined;
    this.#isOver = false;
    this.#hasList = false;
    this.#nextToken = undefined;
  }

  /** Takes in the next bytes of the answer; throws `brokenAnswer` when it is seen to be none. */
  feed(chunk: Uint8Array): void {
    this.#append(chunk);
    if (this.#length >= Math.max(FIRST_BYTES, this.#seen + this.#stride)) this.#advance(false);
  }

  /** Ends the answer; throws `brokenAnswer` unless it was whole and well-formed. */
  end(): ConnectionsPage {
    this.#advance(true);
    this.#xml?.end();
    return { rows: this.#hasList ? this.#rows : undefined, nextToken: this.#nextToken };
  }

  #append(chunk: Uint8Array): void {
    // One byte more than there is, so that a text never runs on into an answer of before.
    const needed = this.#length + chunk.length + 1;
    if (needed > this.#buffer.length) {
      const buffer = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length));
      this.#buffer.copy(buffer, 0, 0, this.#length);
      this.#buffer = buffer;
      this.#view = viewOf(buffer);
    }
    this.#buffer.set(chunk, this.#length);
    this.#length += chunk.length;
    this.#buffer[this.#length] = 0;
    this.#rows.stand(this.#buffer);
  }

  /** Reads on as far as it goes. */
  #advance(isWhole: boolean): void {
    this.#seen = this.#length;
    const bytes = this.#buffer.subarray(0, this.#length);
    if (this.#xml) this.#xml.resume(bytes, isWhole, this.#mark);
    else this.#xml = new XmlReader(bytes, isWhole);
    const xml = this.#xml;
    try {
      do this.#mark = xml.mark();
      while (this.#step(xml));
      this.#mark = xml.mark();
    } catch (error) {
      if (error !== MORE) throw error;
      if (this.#length - this.#mark.at > LONGEST_STEP)
        throw brokenAnswer(
          `the answer holds something longer than ${LONGEST_STEP} bytes, as none of AWS does`,
        );
    }
  }

  /** Reads the next thing that can be read by itself; false when nothing is left. */
  #step(xml: XmlReader): boolean {
    if (this.#isOver) return false;
    if (this.#list) return this.#inList(xml, this.#list);
    if (this.#answer) return this.#inAnswer(xml, this.#answer);
    xml.root();
    if (!xml.isNamed(ROOT))
      throw brokenAnswer(`the answer is not a list of connections: its root element is <${xml.name()}>`);
    this.#answer = xml.enter();
    return true;
  }

  #inAnswer(xml: XmlReader, answer: Entered): boolean {
    if (!xml.next(answer)) {
      this.#isOver = true;
      return false;
    }
    if (xml.isNamed(CONNECTIONS)) {
      this.#rows.clear();
      this.#hasList = true;
      this.#list = xml.enter();
    } else if (xml.isNamed(NEXT_TOKEN)) this.#nextToken = xml.text();
    else xml.skip();
    return true;
  }

  #inList(xml: XmlReader, list: Entered): boolean {
    let at = this.#mark.at;
    for (;;) {
      const next = this.#shapes.read(this.#buffer, this.#view, at, this.#length, this.#rows);
      if (next < 0) break;
      at = next;
    }
    xml.passTo(at);
    this.#mark = xml.mark();
    if (!xml.next(list)) this.#list = undefined;
    else if (!xml.isNamed(ITEM)) xml.skip();
    else {
      const found = readRow(xml, this.#rows);
      if (found) this.#shapes.learn(this.#buffer, at, xml.mark().at, found);
    }
    return true;
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
