import type { RequestListener } from 'node:http';
import express, { type ErrorRequestHandler, type RequestHandler, type Response } from 'express';
import { toForeign } from './foreign.ts';
import { toJsonPieces } from './json-rows.ts';
import { refuseMethod } from './methods.ts';
import { dashboardsPage } from './page/dashboards.ts';
import { type Documents, documentPage, documentsPage } from './page/documents.ts';
import { statusPage } from './page/status.ts';
import type { Routes } from './routes.ts';
import { say } from './say.ts';
import { slots } from './slots.ts';

/** How many answers to people may be under way at once. */
export const MAX_PAGES = 40;

/** What the exporter answers people with, and whoever asks for nothing that there is. */
export function createPages(routes: Routes): RequestListener {
  const app = express();
  // Nobody asks with an ETag, which would cost a hash over every answer.
  app.disable('etag').disable('x-powered-by').enable('strict routing').enable('case sensitive routing');

  const get = (path: string, ...handlers: RequestHandler[]) =>
    app.route(path).get(handlers).all(refuse('GET, HEAD'));
  const reload: RequestHandler = async (request, response) => {
    const foreign = toForeign(request.headers);
    if (foreign !== undefined) return say(response, 403, foreign);
    if (!routes.reload)
      return say(response, 403, 'Reloading is not enabled: start with --web.enable-lifecycle.');
    const problems = await routes.reload();
    if (problems.length === 0) return say(response, 200, 'The configuration was reloaded.');
    say(response, 400, ['The configuration was not reloaded:', ...problems].join('\n'));
  };
  app.route('/-/reload').post(reload).put(reload).all(refuse('POST, PUT'));
  // What follows is for people, and can be long: slow readers of it fill neither the memory nor the connections that scrapes need.
  app.use(
    slots(
      { max: MAX_PAGES, clock: routes.clock, onFull: (holders) => routes.onFull('pages', holders) },
      (response: Response) =>
        say(response, 503, `${MAX_PAGES} pages are being read, the most allowed; try again later.`),
    ),
  );
  get('/', (_request, response) => {
    response.type('html').send(
      statusPage(routes.status(), {
        telemetryPath: routes.telemetryPath,
        hasConnections: routes.connections() !== undefined,
      }),
    );
  });
  get('/config', (_request, response) => say(response, 200, routes.config().trimEnd()));
  get('/api/v1/connections', async (request, response) => {
    const table = routes.connections();
    if (table?.rows) {
      const pieces = await toJsonPieces(table.rows);
      const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
      response.type('application/json').set('Content-Length', String(length));
      for (const piece of request.method === 'HEAD' ? [] : pieces) response.write(piece);
      response.end();
    } else if (table)
      say(
        response,
        503,
        'Some endpoint has not been listed yet since connections were enabled; try again soon.',
      );
    else
      say(
        response,
        404,
        'Connections are not enabled: set connections.enabled to true in the section of the collector.',
      );
  });
  // Relative, as all links are: a proxy may serve us below a path of its own.
  get('/dashboards', (_request, response) => response.redirect(308, 'dashboards/'));
  get('/dashboards/', async (_request, response) => {
    response.type('html').send(dashboardsPage(await routes.dashboards()));
  });
  get('/dashboards/:file', async (request, response) => {
    const dashboards = await routes.dashboards();
    const files = dashboards.map(({ name }) => `${name}.json`);
    const found = dashboards[files.indexOf(String(request.params.file))];
    if (!found) return say(response, 404, `There is no such dashboard; there are: ${files.join(', ')}.`);
    response.attachment(`${found.name}.json`).send(found.json);
  });
  get('/runbooks', (_request, response) => response.redirect(308, 'runbooks/'));
  get('/runbooks/', (_request, response) => {
    response.type('html').send(documentsPage(routes.documents));
  });
  get('/runbooks/:name', documentHandler(routes.documents.runbooks));
  // The guides stand on the page of the runbooks.
  get('/docs', (_request, response) => response.redirect(308, 'runbooks/'));
  get('/docs/', (_request, response) => response.redirect(308, '../runbooks/'));
  get('/docs/:name', documentHandler(routes.documents.docs));
  app.use((_request, response) => say(response, 404, 'There is nothing here; / lists what there is.'));
  app.use(errorHandler(routes));
  return app;
}

function documentHandler(pages: Documents['runbooks']): RequestHandler {
  return async (request, response) => {
    const load = pages.get(String(request.params.name));
    if (!load)
      return say(response, 404, `There is no such page; there are: ${[...pages.keys()].join(', ')}.`);
    response.type('html').send(documentPage(await load()));
  };
}

function errorHandler(routes: Routes): ErrorRequestHandler {
  return (error: { status?: number } | undefined, request, response, next) => {
    const status = error?.status ?? 500;
    if (status >= 400 && status < 500) return say(response, status, 'This request cannot be understood.');
    routes.onError(request.path, error);
    if (response.headersSent) return next(error);
    say(response, 500, 'This answer could not be made; the log says why.');
  };
}

function refuse(allowed: string): RequestHandler {
  return (_request, response) => refuseMethod(response, allowed);
}
