import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { constants, crc32, createDeflateRaw } from 'node:zlib';

/** The beginning of a gzip member: what was written into it so far, and what its end must know of that. */
export interface Deflated {
  /** Raw deflate blocks that end on a byte and are not the last ones. */
  readonly blocks: Uint8Array;
  readonly crc: number;
  /** Of what was deflated, in bytes. */
  readonly length: number;
}

/** What a gzip member begins with: nothing yet. */
export const NOTHING: Deflated = { blocks: new Uint8Array(), crc: 0, length: 0 };

/** A gzip member without name, time or flags (RFC 1952, section 2.3). */
const HEADER = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);

/** Bytes deflated at a time: few trips to the thread that does it, and no copy that would hold up the event loop. */
const CHUNK_BYTES = 2 ** 18;

/** Deflates the beginning of a gzip member, piece by piece and off the event loop. */
export function deflate(pieces: readonly Uint8Array[]): Promise<Deflated> {
  return goOn(NOTHING, pieces, constants.Z_FULL_FLUSH);
}

/** The whole gzip member of a beginning and the rest; the beginning can be used again. */
export async function toGzip(beginning: Deflated, rest: readonly Uint8Array[]): Promise<Uint8Array> {
  const { blocks, crc, length } = await goOn(beginning, rest, constants.Z_FINISH);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc, 0);
  trailer.writeUInt32LE(length % 2 ** 32, 4);
  return Buffer.concat([HEADER, beginning.blocks, blocks, trailer]);
}

async function goOn(
  { crc, length }: Deflated,
  pieces: readonly Uint8Array[],
  finishFlush: number,
): Promise<Deflated> {
  const summed = { crc, length };
  function* sum() {
    for (const chunk of toChunks(pieces)) {
      summed.crc = crc32(chunk, summed.crc);
      summed.length += chunk.length;
      yield chunk;
    }
  }
  const blocks = await pipeline(sum, createDeflateRaw({ finishFlush }), buffer);
  return { blocks, ...summed };
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
