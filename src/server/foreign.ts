import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a browser sent a request because a page of another origin told it to: Sec-Fetch-Site says so, or the host of Origin is not that of
 * Host. Programs send neither.
 */
export function isForeign({ 'sec-fetch-site': site, origin, host }: IncomingHttpHeaders): boolean {
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  if (origin === undefined) return false;
  // `null`, among others, is no URL.
  if (!URL.canParse(origin)) return true;
  const { protocol, host: own } = new URL(origin);
  // Both lose the port that the scheme has anyway.
  const asked = `${protocol}//${host}`;
  return !URL.canParse(asked) || new URL(asked).host !== own;
}
