import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { constants, crc32, createDeflateRaw, deflateRaw, deflateRawSync, type ZlibOptions } from 'node:zlib';

/** The beginning of a gzip member: what was written into it so far, and what its end must know of that. */
export interface Deflated {
  /** The header, and raw deflate blocks that end on a byte and are not the last ones. */
  readonly pieces: readonly Uint8Array[];
  readonly crc: number;
  /** Of what was deflated, in bytes. */
  readonly length: number;
}

/** A gzip member without name, time or flags (RFC 1952, section 2.3). */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
/** An exposition says much the same again and again: more effort makes it hardly smaller. */
const OPTIONS = { level: constants.Z_BEST_SPEED };
/** For a few bytes: a window of 8 kB, since to clear a larger one costs more than to deflate them. */
const SMALL = { ...OPTIONS, windowBits: 13, memLevel: 6, chunkSize: 2 ** 12 };
/** What comes after it can be deflated on its own. */
const UNENDED = { finishFlush: constants.Z_FULL_FLUSH };
/** Bytes deflated at a time: few trips to the thread that does it, and no copy that would hold up the event loop. */
const CHUNK_BYTES = 2 ** 18;
/** So many bytes are sooner deflated than handed to another thread. */
const FEW_BYTES = 2 ** 16;

/** Deflates the beginning of a gzip member, piece by piece and off the event loop. */
export async function deflate(pieces: readonly Uint8Array[]): Promise<Deflated> {
  let crc = 0;
  let length = 0;
  function* sum() {
    for (const chunk of toChunks(pieces)) {
      crc = sumOf(chunk, crc);
      length += chunk.length;
      yield chunk;
    }
  }
  const deflating = createDeflateRaw({ ...OPTIONS, ...UNENDED });
  const blocks = await pipeline(sum, deflating, buffer);
  return { pieces: [Buffer.concat([HEADER, blocks])], crc, length };
}

/** The same with more written into it; the beginning can be used again. */
export async function extended({ pieces, crc, length }: Deflated, more: Uint8Array): Promise<Deflated> {
  const blocks = await deflated(more, UNENDED);
  return { pieces: [...pieces, blocks], crc: sumOf(more, crc), length: length + more.length };
}

/** The whole gzip member of a beginning and the rest, in two pieces; the beginning can be used again. */
export async function toGzip(
  { pieces: [first = HEADER, ...more], crc, length }: Deflated,
  rest: Uint8Array,
): Promise<readonly Uint8Array[]> {
  const last = await deflated(rest, {});
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(sumOf(rest, crc), 0);
  trailer.writeUInt32LE((length + rest.length) % 2 ** 32, 4);
  return [first, Buffer.concat([...more, last, trailer])];
}

async function deflated(bytes: Uint8Array, options: ZlibOptions): Promise<Uint8Array> {
  return bytes.length <= FEW_BYTES
    ? deflateRawSync(bytes, { ...SMALL, ...options })
    : deflateElsewhere(bytes, { ...OPTIONS, ...options });
}

const deflateElsewhere = promisify<Uint8Array, ZlibOptions, Uint8Array>(deflateRaw);

/** The checksum of bytes after those with this one; of no bytes Node.js says 0. */
function sumOf(bytes: Uint8Array, before: number): number {
  return bytes.length === 0 ? before : crc32(bytes, before);
}

function* toChunks(pieces: readonly Uint8Array[]): Iterable<Uint8Array> {
  let waiting: Uint8Array[] = [];
  let bytes = 0;
  for (const piece of pieces) {
    waiting.push(piece);
    bytes += piece.length;
    if (bytes < CHUNK_BYTES) continue;
    yield Buffer.concat(waiting);
    waiting = [];
    bytes = 0;
  }
  yield Buffer.concat(waiting);
}
