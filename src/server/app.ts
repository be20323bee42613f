import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { negotiate } from './accept.ts';
import { acceptsGzip } from './accept-encoding.ts';
import { setHeaders } from './headers.ts';
import { toPath } from './request-path.ts';
import type { Routes } from './routes.ts';
import { refuseMethod, say } from './say.ts';
import { slots } from './slots.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/**
 * The exporter's HTTP answers; it listens nowhere yet. What machines ask for all the time is answered here, at the cost of Node.js alone; what
 * is for people is loaded when somebody first asks for it.
 */
export function createApp(routes: Routes): RequestListener {
  const answers = new Map<string, Answer>([
    ['/-/healthy', (_request, response) => say(response, 200, 'The exporter is healthy.')],
    [
      '/-/ready',
      (_request, response) => {
        const reason = routes.notReady();
        say(response, reason === undefined ? 200 : 503, reason ?? 'The exporter is ready.');
      },
    ],
    [routes.telemetryPath, scrapes(routes)],
  ]);
  let pages: Promise<RequestListener> | undefined;
  const answer: Answer = async (request, response) => {
    const own = answers.get(toPath(request.url));
    if (own && (request.method === 'GET' || request.method === 'HEAD')) return own(request, response);
    if (own) return refuseMethod(response, 'GET, HEAD');
    pages ??= import('./pages.ts').then(({ createPages }) => createPages(routes));
    (await pages)(request, response);
  };
  return (request, response) => {
    setHeaders(response);
    // Whatever fails is our fault; pages tell of their own.
    Promise.resolve(answer(request, response)).catch((error: unknown) => {
      routes.onError(toPath(request.url), error);
      if (response.headersSent) response.destroy();
      else say(response, 500, 'This answer could not be made; the log says why.');
    });
  };
}

function scrapes(routes: Routes): Answer {
  const { maxRequests: max, clock } = routes;
  const taken = slots({ max, clock, onFull: (holders) => routes.onFull('scrapes', holders) }, (response) =>
    say(response, 503, `${max} scrapes are under way, the most allowed; try again later.`),
  );
  return (request, response) => {
    response.setHeader('Vary', 'Accept, Accept-Encoding');
    return new Promise<void>((resolve, reject) => {
      taken(request, response, () => scrape(routes, request, response).then(resolve, reject));
    });
  };
}

async function scrape(routes: Routes, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const gzip = acceptsGzip(request.headers['accept-encoding']);
  const { form, contentType } = negotiate(request.headers.accept);
  const body = await routes.scrape(form, gzip);
  response.setHeader('Content-Type', contentType);
  response.setHeader('Content-Length', body.length);
  if (gzip) response.setHeader('Content-Encoding', 'gzip');
  response.end(request.method === 'HEAD' ? undefined : body);
}
