import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { STYLE } from './page/style.ts';

const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** What every answer of the metrics port says to browsers, and every refusal of the intake. */
export const HEADERS = {
  'Content-Security-Policy':
    `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; ` +
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};

/** Gives an answer those of `HEADERS` that it does not have yet: what the web configuration says of them stays. */
export function setHeaders(response: ServerResponse): void {
  for (const [name, value] of Object.entries(HEADERS))
    if (!response.hasHeader(name)) response.setHeader(name, value);
}
