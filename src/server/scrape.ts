import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Clock } from '../core/clock.ts';
import type { ExpositionForm } from '../core/family.ts';
import { negotiate } from './accept.ts';
import { acceptsGzip } from './accept-encoding.ts';
import { getOnly } from './methods.ts';
import { say } from './say.ts';
import { type Holder, slots } from './slots.ts';

/** What scrapes are answered with. */
export interface Scraping {
  readonly clock: Clock;
  /** The path of the exposition, with its leading slash. */
  readonly telemetryPath: string;
  /** How many scrapes may be under way at once; 0 for any number. */
  readonly maxRequests: number;
  /** The exposition in this form, gzipped if asked for; in pieces. */
  scrape(form: ExpositionForm, gzip: boolean): Promise<readonly Uint8Array[]>;
  /** Hears, each time that more is asked for than is answered at a time, which addresses have taken it all. */
  onFull(what: 'scrapes' | 'pages', holders: readonly Holder[]): void;
  /** Hears of every request that failed by our fault. */
  onError(path: string, error: unknown): void;
}

/** Answers scrapes, with Node.js alone. */
export function createScrapeListener(scraping: Scraping): RequestListener {
  const { clock, telemetryPath, maxRequests, onFull, onError } = scraping;
  const take = slots(
    { max: maxRequests, clock, onFull: (holders) => onFull('scrapes', holders) },
    (response: ServerResponse) =>
      say(response, 503, `${maxRequests} scrapes are under way, the most allowed; try again later.`),
  );
  return getOnly((request, response) => {
    response.setHeader('Vary', 'Accept, Accept-Encoding');
    take(request, response, () => {
      answer(request, response, scraping).catch((error: unknown) => {
        onError(telemetryPath, error);
        if (response.headersSent) response.destroy();
        else say(response, 500, 'This answer could not be made; the log says why.');
      });
    });
  });
}

async function answer(
  { method, headers }: IncomingMessage,
  response: ServerResponse,
  { scrape }: Scraping,
): Promise<void> {
  const gzip = acceptsGzip(headers['accept-encoding']);
  const { form, contentType } = negotiate(headers.accept);
  const pieces = await scrape(form, gzip);
  response.setHeader('Content-Type', contentType);
  response.setHeader(
    'Content-Length',
    pieces.reduce((sum, piece) => sum + piece.length, 0),
  );
  if (gzip) response.setHeader('Content-Encoding', 'gzip');
  if (method === 'HEAD') return void response.end();
  for (const piece of pieces.slice(0, -1)) response.write(piece);
  response.end(pieces.at(-1));
}
