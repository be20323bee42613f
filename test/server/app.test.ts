import { type IncomingHttpHeaders, request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { createApp } from '../../src/server/app.ts';
import { listen } from '../../src/server/listen.ts';
import type { Routes } from '../../src/server/routes.ts';
import { idle } from '../support/status-models.ts';

const KEPT = {
  text: '# HELP a A.\n# TYPE a gauge\na 1\n',
  openmetrics: '# TYPE a gauge\n# HELP a A.\na 1\n# EOF\n',
};
const GZIPPED = Buffer.from('1f8b08000000000000034b040043beb7e801000000', 'hex');
const TEXT = 'text/plain; charset=utf-8';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** The app over a real socket: a function that asks it, and the errors it reported. */
async function setUp(change: Partial<Routes> = {}) {
  const errors: string[] = [];
  const app = createApp({
    clock: systemClock,
    telemetryPath: '/metrics',
    maxRequests: 40,
    scrape: async (form, gzip) => [gzip ? GZIPPED : Buffer.from(KEPT[form])],
    status: () => idle,
    dashboards: async () => [
      { name: 'vpn', title: 'Client <VPN>', description: 'Who & what.', json: '{"uid": "vpn"}\n' },
      { name: 'websocket', title: 'WebSocket', description: 'How many.', json: '{}\n' },
    ],
    documents: {
      runbooks: new Map([['Down', async () => ({ title: 'Down <it>', html: '<h2 id="a">A</h2>\n' })]]),
      docs: new Map([['metrics', () => Promise.reject(new Error('no such chunk'))]]),
    },
    notReady: () => undefined,
    reload: undefined,
    config: () => 'targets: []\n',
    connections: () => undefined,
    onFull: () => {},
    onError: (path, error) => errors.push(`${path}: ${error}`),
    ...change,
  });
  const { urls, close } = await listen(app, [{ host: '127.0.0.1', port: 0 }]);
  closers.push(close);
  const ask = (path: string, method = 'GET', headers: Record<string, string> = {}) =>
    new Promise<Answer>((resolve, reject) => {
      const asking = request(`${urls[0]}${path}`, { method, headers, agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
        );
      });
      asking.on('error', reject).end();
    });
  return { ask, errors };
}

test('the exposition comes as it is, with its content type and no more than it needs', async () => {
  const { ask } = await setUp();
  const { status, headers, body } = await ask('/metrics');
  expect(status).toBe(200);
  expect(body.toString()).toBe(KEPT.text);
  expect(headers).toMatchObject({
    'content-type': 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores',
    'content-length': String(KEPT.text.length),
    vary: 'Accept, Accept-Encoding',
  });
  expect(headers).not.toHaveProperty('content-encoding');
  expect(headers).not.toHaveProperty('etag');
  expect(headers).not.toHaveProperty('x-powered-by');
});

test('the exposition comes gzipped when that is accepted', async () => {
  const { ask } = await setUp();
  const { headers, body } = await ask('/metrics', 'GET', { 'accept-encoding': 'gzip' });
  expect(headers).toMatchObject({ 'content-encoding': 'gzip', 'content-length': String(GZIPPED.length) });
  expect(gunzipSync(body).toString()).toBe('a');
  const refused = await ask('/metrics', 'GET', { 'accept-encoding': 'gzip;q=0' });
  expect(refused.body.toString()).toBe(KEPT.text);
});

test('the exposition comes as OpenMetrics to those who ask for it, and says what it depends on in every answer', async () => {
  const { ask } = await setUp();
  const accept = 'application/openmetrics-text;version=1.0.0;escaping=dots;q=0.6,*/*;q=2';
  const { headers, body } = await ask('/metrics', 'GET', { accept });
  expect(body.toString()).toBe(KEPT.openmetrics);
  expect(headers).toMatchObject({
    'content-type': 'application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=dots',
    'content-length': String(KEPT.openmetrics.length),
    vary: 'Accept, Accept-Encoding',
  });
  const head = await ask('/metrics', 'HEAD', { accept, 'accept-encoding': 'gzip' });
  expect(head.headers).toMatchObject({
    'content-type': headers['content-type'],
    'content-encoding': 'gzip',
    vary: 'Accept, Accept-Encoding',
  });
  const { ask: askBroken } = await setUp({ scrape: () => Promise.reject(new Error('broken')) });
  const broken = await askBroken('/metrics', 'GET', { accept });
  expect([broken.status, broken.headers.vary]).toEqual([500, 'Accept, Accept-Encoding']);
});

test('HEAD has the headers of GET and no body', async () => {
  const { ask } = await setUp();
  const { status, headers, body } = await ask('/metrics', 'HEAD');
  expect([status, headers['content-length'], body.length]).toEqual([200, String(KEPT.text.length), 0]);
  expect((await ask('/', 'HEAD')).status).toBe(200);
});

test('the path of the exposition can be any', async () => {
  const { ask } = await setUp({ telemetryPath: '/a(b)/:c*' });
  expect((await ask('/a(b)/:c*')).body.toString()).toBe(KEPT.text);
  expect((await ask('/a(b)/dd')).status).toBe(404);
  expect((await ask('/metrics')).status).toBe(404);
});

test('an exposition that cannot be made is a 500 and is reported', async () => {
  const { ask, errors } = await setUp({
    scrape: async () => {
      throw new Error('two metric families are named a');
    },
  });
  const { status, headers, body } = await ask('/metrics');
  expect([status, headers['content-type']]).toEqual([500, TEXT]);
  expect(body.toString()).toBe('This answer could not be made; the log says why.\n');
  expect(errors).toEqual(['/metrics: Error: two metric families are named a']);
});

test('more scrapes at a time than allowed are turned away, and allowed again later', async () => {
  const waiting: (() => void)[] = [];
  let begin = () => {};
  const bothBegun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const { ask } = await setUp({
    maxRequests: 2,
    scrape: () =>
      new Promise((resolve) => {
        waiting.push(() => resolve([Buffer.from(KEPT.text)]));
        if (waiting.length === 2) begin();
      }),
  });
  const first = [ask('/metrics'), ask('/metrics')];
  await bothBegun;
  const third = await ask('/metrics');
  expect([third.status, third.body.toString()]).toEqual([
    503,
    '2 scrapes are under way, the most allowed; try again later.\n',
  ]);
  expect((await ask('/-/healthy')).status).toBe(200);
  for (const go of waiting) go();
  for (const answer of first) expect((await answer).status).toBe(200);
  const again = ask('/metrics');
  while (waiting.length < 3) await new Promise((resolve) => setImmediate(resolve));
  waiting[2]?.();
  expect((await again).status).toBe(200);
});

test('0 is no limit', async () => {
  const { ask } = await setUp({ maxRequests: 0 });
  expect((await ask('/metrics')).status).toBe(200);
});

test.each([
  ['GET', '/-/healthy', 200, 'The exporter is healthy.\n'],
  ['GET', '/-/ready', 200, 'The exporter is ready.\n'],
  ['POST', '/-/reload', 403, 'Reloading is not enabled: start with --web.enable-lifecycle.\n'],
  ['GET', '/-/reload', 405, 'Only POST, PUT are allowed here.\n'],
  ['POST', '/metrics', 405, 'Only GET, HEAD are allowed here.\n'],
  ['DELETE', '/', 405, 'Only GET, HEAD are allowed here.\n'],
  ['GET', '/config', 200, 'targets: []\n'],
  [
    'GET',
    '/api/v1/connections',
    404,
    'Connections are not enabled: set connections.enabled to true in the section of the collector.\n',
  ],
  ['GET', '/dashboards/vpn', 404, 'There is no such dashboard; there are: vpn.json, websocket.json.\n'],
  [
    'GET',
    '/dashboards/..%2fvpn.json',
    404,
    'There is no such dashboard; there are: vpn.json, websocket.json.\n',
  ],
  ['GET', '/dashboards/vpn.json/', 404, 'There is nothing here; / lists what there is.\n'],
  ['GET', '/runbooks/Up', 404, 'There is no such page; there are: Down.\n'],
  ['GET', '/runbooks/constructor', 404, 'There is no such page; there are: Down.\n'],
  ['GET', '/docs/..%2frunbooks%2fDown', 404, 'There is no such page; there are: metrics.\n'],
  ['POST', '/runbooks/Down', 405, 'Only GET, HEAD are allowed here.\n'],
  ['POST', '/dashboards/', 405, 'Only GET, HEAD are allowed here.\n'],
  ['POST', '/dashboards/vpn.json', 405, 'Only GET, HEAD are allowed here.\n'],
  ['GET', '/nothing', 404, 'There is nothing here; / lists what there is.\n'],
  ['GET', '/METRICS', 404, 'There is nothing here; / lists what there is.\n'],
  ['GET', '/metrics/', 404, 'There is nothing here; / lists what there is.\n'],
])('%s %s is %i', async (method, path, status, text) => {
  const { ask, errors } = await setUp();
  const answer = await ask(path, method);
  expect([answer.status, answer.headers['content-type'], answer.body.toString()]).toEqual([
    status,
    TEXT,
    text,
  ]);
  if (status === 405) expect(answer.headers.allow).toMatch(/^(GET, HEAD|POST, PUT)$/);
  expect(errors).toEqual([]);
});

test('the status page links to everything there is to read', async () => {
  const hrefs = async (change: Partial<Routes>) => {
    const { ask } = await setUp(change);
    return [...String((await ask('/')).body).matchAll(/href="(\.[^"]*)"/g)].map(([, href]) => href);
  };
  const always = ['./metrics', './dashboards/', './runbooks/', './config', './-/healthy', './-/ready'];
  expect(await hrefs({})).toEqual(always);
  expect(await hrefs({ telemetryPath: '/vpn', connections: () => ({ rows: undefined }) })).toEqual([
    './vpn',
    ...always.slice(1),
    './api/v1/connections',
  ]);
});

test('dashboards are listed on a page, each with a link that is relative', async () => {
  const { ask } = await setUp();
  const { status, headers, body } = await ask('/dashboards/');
  expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  expect(body.toString()).toContain('<h2>Client &lt;VPN&gt;</h2>\n<p>Who &amp; what.</p>');
  expect([...body.toString().matchAll(/href="([^"#]*)"/g)].map(([, href]) => href)).toEqual([
    '../',
    './vpn.json',
    './websocket.json',
  ]);
  expect((await ask('/dashboards/', 'HEAD')).status).toBe(200);
});

test('a dashboard is JSON to keep or to upload, as it was written', async () => {
  const { ask } = await setUp();
  const { status, headers, body } = await ask('/dashboards/vpn.json');
  expect([status, body.toString()]).toEqual([200, '{"uid": "vpn"}\n']);
  expect(headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'content-disposition': 'attachment; filename=vpn.json',
  });
  expect((await ask('/dashboards/vpn.json', 'HEAD')).status).toBe(200);
});

test('dashboards without their slash lead to them, also below the path of a proxy', async () => {
  const { ask } = await setUp();
  const { status, headers } = await ask('/dashboards');
  expect([status, headers.location]).toEqual([308, 'dashboards/']);
});

test.each([
  ['/docs', 'runbooks/'],
  ['/docs/', '../runbooks/'],
])('%s leads to the page that lists the guides, also below the path of a proxy', async (path, location) => {
  const { ask } = await setUp();
  const { status, headers } = await ask(path);
  expect([status, headers.location]).toEqual([308, location]);
  expect(String((await ask('/runbooks/')).body)).toContain('href="../docs/metrics"');
});

test('a refusal of a page elsewhere names the header that tells of it', async () => {
  const { ask } = await setUp();
  const refusal = async (headers: Record<string, string>) =>
    String((await ask('/-/reload', 'POST', headers)).body);
  expect(await refusal({ 'sec-fetch-site': 'cross-site' })).toBe(
    'A page of another origin asked for this: Sec-Fetch-Site may only be same-origin or none. Programs need not send it.\n',
  );
  expect(await refusal({ origin: 'https://evil.example' })).toBe(
    'A page of another origin asked for this: Origin must be that of Host. Programs need not send one.\n',
  );
});

test('dashboards that cannot be read are a 500 and are reported', async () => {
  const { ask, errors } = await setUp({ dashboards: () => Promise.reject(new Error('no such chunk')) });
  expect((await ask('/dashboards/')).status).toBe(500);
  expect(errors).toEqual(['/dashboards/: Error: no such chunk']);
});

test('runbooks are listed and shown as pages, what is rendered beneath a title that is text', async () => {
  const { ask } = await setUp();
  expect((await ask('/runbooks')).headers.location).toBe('runbooks/');
  const list = (await ask('/runbooks/')).body.toString();
  expect([...list.matchAll(/href="([^"#]*)"/g)].map(([, href]) => href)).toEqual([
    '../',
    '../docs/metrics',
    './Down',
  ]);
  const { status, headers, body } = await ask('/runbooks/Down');
  expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  expect(body.toString()).toContain('<h1>Down &lt;it&gt;</h1>');
  expect(body.toString()).toContain('<h2 id="a">A</h2>');
});

test('a page that cannot be read is a 500 and is reported', async () => {
  const { ask, errors } = await setUp();
  expect((await ask('/docs/metrics')).status).toBe(500);
  expect(errors).toEqual(['/docs/metrics: Error: no such chunk']);
});

test('a query does not hide the exposition', async () => {
  const { ask } = await setUp();
  expect((await ask('/metrics?collect[]=x')).status).toBe(200);
});

test('not ready is a 503 with the reason', async () => {
  const { ask } = await setUp({ notReady: () => 'client_vpn has not ended its first pass.' });
  const { status, body } = await ask('/-/ready');
  expect([status, body.toString()]).toEqual([503, 'client_vpn has not ended its first pass.\n']);
});

test('reload answers with the problems, or with none', async () => {
  let problems: string[] = [];
  let reloads = 0;
  const { ask } = await setUp({
    reload: async () => {
      reloads += 1;
      return problems;
    },
  });
  expect((await ask('/-/reload', 'POST')).status).toBe(200);
  expect((await ask('/-/reload', 'PUT')).status).toBe(200);
  problems = ['targets: expected a list', 'aws.max_attempts: expected a number'];
  const { status, body } = await ask('/-/reload', 'POST');
  expect([status, body.toString()]).toEqual([
    400,
    'The configuration was not reloaded:\ntargets: expected a list\naws.max_attempts: expected a number\n',
  ]);
  expect((await ask('/-/reload')).status).toBe(405);
  expect(reloads).toBe(3);
});

const SITE = 'exporter.example.com:10176';
test.each<[headers: Record<string, string>, status: number]>([
  [{}, 200],
  [{ host: SITE, origin: `http://${SITE}` }, 200],
  [{ host: SITE.toUpperCase(), origin: `http://${SITE}` }, 200],
  [{ host: 'exporter.example.com', origin: 'https://exporter.example.com' }, 200],
  [{ host: 'exporter.example.com:443', origin: 'https://exporter.example.com' }, 200],
  [{ host: SITE, origin: `https://${SITE}`, 'sec-fetch-site': 'same-origin' }, 200],
  [{ host: SITE, 'sec-fetch-site': 'none' }, 200],
  [{ host: SITE, origin: 'https://evil.example' }, 403],
  [{ host: SITE, origin: 'http://exporter.example.com' }, 403],
  [{ host: SITE, origin: 'http://exporter.example.com:10177' }, 403],
  [{ host: SITE, origin: `http://${SITE}.evil.example` }, 403],
  [{ host: SITE, origin: `http://${SITE}@evil.example` }, 403],
  [{ host: SITE, origin: 'null' }, 403],
  [{ host: SITE, origin: '' }, 403],
  [{ host: SITE, origin: SITE }, 403],
  [{ host: SITE, origin: `http://${SITE}, https://evil.example` }, 403],
  [{ host: SITE, 'x-forwarded-host': 'evil.example', origin: 'https://evil.example' }, 403],
  [{ host: SITE, 'sec-fetch-site': 'cross-site' }, 403],
  [{ host: SITE, 'sec-fetch-site': 'same-site' }, 403],
  [{ host: SITE, origin: `http://${SITE}`, 'sec-fetch-site': 'cross-site' }, 403],
  [{ host: SITE, origin: 'https://evil.example', 'sec-fetch-site': 'none' }, 403],
])('a reload asked for with %j is %i', async (headers, status) => {
  let reloads = 0;
  const { ask } = await setUp({
    reload: async () => {
      reloads += 1;
      return [];
    },
  });
  for (const method of ['POST', 'PUT']) {
    const answer = await ask('/-/reload', method, headers);
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.body.toString()).toMatch(/^A page of another origin asked for this: /);
  }
  expect(reloads).toBe(status === 200 ? 2 : 0);
});

test('connections are JSON', async () => {
  const { ask } = await setUp({ connections: () => ({ rows: [{ username: 'alice' }] }) });
  const { headers, body } = await ask('/api/v1/connections');
  expect(headers).toMatchObject({
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  });
  expect(body.toString()).toBe('[{"username":"alice"}]');
});

test('connections that no pass has listed yet are a 503, and none at all are an empty list', async () => {
  let rows: unknown[] | undefined;
  const { ask } = await setUp({ connections: () => ({ rows }) });
  const { status, headers, body } = await ask('/api/v1/connections');
  expect([status, headers['content-type'], body.toString()]).toEqual([
    503,
    TEXT,
    'Some endpoint has not been listed yet since connections were enabled; try again soon.\n',
  ]);
  rows = [];
  const empty = await ask('/api/v1/connections');
  expect([empty.status, empty.body.toString()]).toEqual([200, '[]']);
});

test.each(['/', '/dashboards/', '/runbooks/', '/runbooks/Down'])(
  'the page at %s may use its own style and nothing else',
  async (path) => {
    const { ask } = await setUp();
    const { status, headers, body } = await ask(path);
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[A-Za-z0-9+/]{43}='; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$/,
    );
    const style = /<style>(.*)<\/style>/s.exec(body.toString())?.[1] ?? '';
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from(style))).toString('base64');
    expect(headers['content-security-policy']).toContain(`'sha256-${digest}'`);
  },
);

test('a path that cannot be decoded is the fault of who asked', async () => {
  const { ask, errors } = await setUp();
  expect((await ask('/%E0%A4%A')).status).toBeGreaterThanOrEqual(400);
  expect((await ask('/%E0%A4%A')).status).toBeLessThan(500);
  expect(errors).toEqual([]);
});

test('an error on the status page is a 500 and is reported', async () => {
  const { ask, errors } = await setUp({
    status: () => {
      throw new Error('no status');
    },
  });
  expect((await ask('/')).status).toBe(500);
  expect(errors).toEqual(['/: Error: no status']);
});
