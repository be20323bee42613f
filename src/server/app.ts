import type { RequestListener } from 'node:http';
import { onceLoaded } from '../core/once-loaded.ts';
import { setHeaders } from './headers.ts';
import { getOnly } from './methods.ts';
import { toPath } from './request-path.ts';
import type { Routes } from './routes.ts';
import { say } from './say.ts';
import { createScrapeListener } from './scrape.ts';

/**
 * The exporter's HTTP answers; they are listened for nowhere yet. What machines ask for all the time is answered here, at the cost of Node.js
 * alone; what is for people is loaded for the first who asks.
 */
export function createApp(routes: Routes): RequestListener {
  const ready: RequestListener = (_request, response) => {
    const reason = routes.notReady();
    say(response, reason === undefined ? 200 : 503, reason ?? 'The exporter is ready.');
  };
  const answers = new Map<string, RequestListener>([
    ['/-/healthy', getOnly((_request, response) => say(response, 200, 'The exporter is healthy.'))],
    ['/-/ready', getOnly(ready)],
    [routes.telemetryPath, createScrapeListener(routes)],
  ]);
  const pages = onceLoaded(async () => (await import('./pages.ts')).createPages(routes));
  return (request, response) => {
    setHeaders(response);
    const path = toPath(request.url);
    const answer = answers.get(path);
    if (answer) return answer(request, response);
    pages().then(
      (answerPage) => answerPage(request, response),
      (error: unknown) => {
        routes.onError(path, error);
        say(response, 500, 'This answer could not be made; the log says why.');
      },
    );
  };
}
