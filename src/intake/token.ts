import { createHash, timingSafeEqual } from 'node:crypto';

/** The tokens that a file holds, one a line; blank lines and white space around a token do not count. */
export function toTokens(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((token) => token !== '');
}

/**
 * Makes the check of the X-Intake-Token header, which must be one of these tokens; how long it takes tells nothing of them. Without tokens
 * (undefined) everything passes, with none of them nothing.
 */
export function createTokenCheck(tokens: readonly string[] | undefined): (header: unknown) => boolean {
  if (tokens === undefined) return () => true;
  const expected = tokens.map((token) => digest(Buffer.from(token)));
  return (header) => {
    if (typeof header !== 'string') return false;
    // Node.js reads the bytes of a header as Latin-1.
    const given = digest(Buffer.from(header, 'latin1'));
    // Each is compared, also after one that fits.
    return expected.filter((token) => timingSafeEqual(token, given)).length > 0;
  };
}

function digest(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest();
}
