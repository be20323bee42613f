import type { IncomingHttpHeaders } from 'node:http';

const ELSEWHERE = 'A page of another origin asked for this:';

/**
 * That a browser sent a request because a page of another origin told it to, in sentences: Sec-Fetch-Site says so, or the host of Origin is
 * not that of Host. Programs send neither.
 */
export function toForeign({ 'sec-fetch-site': site, origin, host }: IncomingHttpHeaders): string | undefined {
  if (site !== undefined && site !== 'same-origin' && site !== 'none')
    return `${ELSEWHERE} Sec-Fetch-Site may only be same-origin or none. Programs need not send it.`;
  if (origin === undefined || isOf(host, origin)) return undefined;
  return `${ELSEWHERE} Origin must be that of Host. Programs need not send one.`;
}

function isOf(host: string | undefined, origin: string): boolean {
  // `null`, among others, is no URL.
  if (!URL.canParse(origin)) return false;
  const { protocol, host: own } = new URL(origin);
  // Both lose the port that the scheme has anyway.
  const asked = `${protocol}//${host}`;
  return URL.canParse(asked) && new URL(asked).host === own;
}
