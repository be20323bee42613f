import type { RequestListener } from 'node:http';
import { setHeaders } from './headers.ts';
import { toPath } from './request-path.ts';
import { say } from './say.ts';
import { createScrapeListener, type Scraping } from './scrape.ts';

/**
 * What is answered while the exporter is put together: scrapes, with what is known by then, that it lives, and that it is not ready. All else
 * is left to `wait`.
 */
export function createEarlyApp(scraping: Scraping, wait: RequestListener): RequestListener {
  const scrape = createScrapeListener(scraping);
  return (request, response) => {
    const path = toPath(request.url);
    if (path === scraping.telemetryPath) return scrape(request, response);
    if (path !== '/-/healthy' && path !== '/-/ready') return wait(request, response);
    setHeaders(response);
    if (path === '/-/healthy') say(response, 200, 'The exporter is healthy.');
    else say(response, 503, 'The exporter is starting.');
  };
}
