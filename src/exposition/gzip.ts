import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { constants, crc32, createDeflateRaw, deflateRaw, deflateRawSync } from 'node:zlib';

/** The beginning of a gzip member: what was written into it so far, and what its end must know of that. */
export interface Deflated {
  /** The header, and raw deflate blocks that end on a byte and are not the last ones. */
  readonly beginning: Uint8Array;
  readonly crc: number;
  /** Of what was deflated, in bytes. */
  readonly length: number;
}

/** A gzip member without name, time or flags (RFC 1952, section 2.3). */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
/** An exposition says much the same again and again: more effort makes it hardly smaller. */
const OPTIONS = { level: constants.Z_BEST_SPEED };
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
      crc = crc32(chunk, crc);
      length += chunk.length;
      yield chunk;
    }
  }
  const deflating = createDeflateRaw({ ...OPTIONS, finishFlush: constants.Z_FULL_FLUSH });
  const blocks = await pipeline(sum, deflating, buffer);
  return { beginning: Buffer.concat([HEADER, blocks]), crc, length };
}

/** The whole gzip member of a beginning and the rest, in pieces; the beginning can be used again. */
export async function toGzip(
  { beginning, crc, length }: Deflated,
  rest: Uint8Array,
): Promise<readonly Uint8Array[]> {
  const last =
    rest.length <= FEW_BYTES ? deflateRawSync(rest, OPTIONS) : await promisify(deflateRaw)(rest, OPTIONS);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(rest, crc), 0);
  trailer.writeUInt32LE((length + rest.length) % 2 ** 32, 4);
  return [beginning, Buffer.concat([last, trailer])];
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
