import type { RequestListener } from 'node:http';
import { onTestFinished } from 'vitest';
import { documents } from '../../src/app/documents.ts';
import { systemClock } from '../../src/core/clock.ts';
import { createApp } from '../../src/server/app.ts';
import { listen } from '../../src/server/listen.ts';
import type { StatusModel } from '../../src/server/page/model.ts';

/** Serves the exporter's pages with this model, below this path; the URL of the status page. */
export async function served(model: StatusModel, prefix = ''): Promise<string> {
  const app = createApp({
    clock: systemClock,
    telemetryPath: '/metrics',
    maxRequests: 0,
    scrape: async () => [Buffer.from('a 1\n')],
    status: () => model,
    dashboards: async () => [
      { name: 'client-vpn', title: 'Client VPN', description: 'Who is connected.', json: '{"uid": "vpn"}\n' },
      { name: 'websocket', title: 'WebSocket', description: 'How many are.', json: '{}\n' },
    ],
    documents,
    notReady: () => undefined,
    reload: undefined,
    config: () => 'targets: []\n',
    connections: () => ({ rows: [] }),
    onFull: () => {},
    onError: (path, error) => console.error(path, error),
  });
  /** As a proxy does that serves us below a path of its own. */
  const below: RequestListener = (request, response) => {
    const { url = '' } = request;
    if (!url.startsWith(`${prefix}/`)) response.writeHead(404).end();
    else app(Object.assign(request, { url: url.slice(prefix.length) }), response);
  };
  const { urls, close } = await listen(below, [{ host: '127.0.0.1', port: 0 }]);
  onTestFinished(close);
  return `${urls[0]}${prefix}/`;
}
