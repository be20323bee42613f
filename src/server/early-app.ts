import type { RequestListener } from 'node:http';
import { setHeaders } from './headers.ts';
import { getOnly } from './methods.ts';
import { toPath } from './request-path.ts';
import { say } from './say.ts';
import { createScrapeListener, type Scraping } from './scrape.ts';

/**
 * What is answered while the exporter is put together: scrapes, with what is known by then, that it lives, and that it is not ready. All else
 * is left to `wait`.
 */
export function createEarlyApp(scraping: Scraping, wait: RequestListener): RequestListener {
  const answers = new Map<string | undefined, RequestListener>([
    ['/-/healthy', getOnly((_request, response) => say(response, 200, 'The exporter is healthy.'))],
    ['/-/ready', getOnly((_request, response) => say(response, 503, 'The exporter is starting.'))],
    [scraping.telemetryPath, createScrapeListener(scraping)],
  ]);
  return (request, response) => {
    setHeaders(response);
    const answer = answers.get(toPath(request.url)) ?? wait;
    answer(request, response);
  };
}
