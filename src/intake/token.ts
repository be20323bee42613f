import { timingSafeEqual } from 'node:crypto';

/** The tokens that a file holds, one a line; blank lines and white space around a token do not count. */
export function toTokens(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((token) => token !== '');
}

/** Every comparison looks at so many bytes, or as many as the longest token has. */
const LEAST_LENGTH = 256;
/** What neither a header nor a token holds. */
const FILLING = '\n';

/**
 * Makes the check of the X-Intake-Token header, which must be one of these tokens; how long it takes tells nothing of them. Without tokens
 * (undefined) everything passes, with none of them nothing.
 */
export function createTokenCheck(tokens: readonly string[] | undefined): (header: unknown) => boolean {
  if (tokens === undefined) return () => true;
  const length = Math.max(LEAST_LENGTH, ...tokens.map((token) => Buffer.byteLength(token)));
  const expected = tokens.map((token) => filled(Buffer.alloc(length), token, 'utf8'));
  const compared = Buffer.alloc(length);
  return (header) => {
    if (typeof header !== 'string' || header.length > length) return false;
    // Node.js reads the bytes of a header as Latin-1.
    const given = filled(compared, header, 'latin1');
    // Each is compared, also after one that fits.
    return expected.filter((token) => timingSafeEqual(token, given)).length > 0;
  };
}

function filled(bytes: Buffer, text: string, encoding: 'utf8' | 'latin1'): Buffer {
  bytes.fill(FILLING).write(text, encoding);
  return bytes;
}
