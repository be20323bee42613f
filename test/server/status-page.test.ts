import { expect, test } from 'vitest';
import type { CollectorView, StatusModel } from '../../src/server/page/model.ts';
import { statusPage } from '../../src/server/page/status.ts';
import { broken, idle, NOW, starting, vpn, vpnEndpoint, well } from '../support/status-models.ts';

const ELSEWHERE = { telemetryPath: '/metrics', hasConnections: true };

/** The page's text, without markup. */
function read(model: StatusModel): string {
  return statusPage(model, ELSEWHERE)
    .replace(/<style>.*<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

/** One collector, changed. */
function one(change: Partial<CollectorView>): StatusModel {
  return { ...well, collectors: [{ ...vpn, ...change }] };
}

/** One endpoint, changed. */
function withEndpoint(change: Partial<typeof vpnEndpoint>): StatusModel {
  const targets = vpn.targets.map((target) => ({ ...target, endpoints: [{ ...vpnEndpoint, ...change }] }));
  return one({ targets });
}

function titleOf(model: StatusModel): string {
  return /<title>(.*)<\/title>/.exec(statusPage(model, ELSEWHERE))?.[1] ?? '';
}

test('it tells of passes, targets and endpoints', () => {
  const text = read(well);
  expect(text).toContain('Version 1.2.3, as of Sun, 22 Nov 2026 12:00:00 GMT');
  expect(text).toContain('Events are taken in at http://localhost:10177/websocket .');
  expect(text).toContain('Client VPN Last pass succeeded 12 s ago , after 1.3 s Next pass in 18 s');
  expect(text).toContain('Endpoints 1 of 1 up network , account 111122223333, region eu-west-1 up');
  expect(text).toContain(
    'Endpoint State Last success active failed-to-terminate terminating terminated office',
  );
  expect(text).toContain('office cvpn-endpoint-123456789123abcde up 12 s ago 1,204 0 2 318');
  expect(text).toContain('WebSocket Last pass');
  expect(text).toContain('Next pass under way, begun 3 s ago');
});

test('an estimate is shown as one, with its interval; an exact number as it is', () => {
  const text = read(well);
  expect(text).toContain('Last success Connections active idle chat');
  expect(text).toContain('about 142 128 to 156 at 95 % about 97 about 45');
  expect(text).toContain('7 exact 7 0');
  const estimated = { total: 1_500, lower: 1_400, upper: 1_600, confidence: 0.999 };
  expect(read(withEndpoint({ estimated }))).toContain('about 1,500 1,400 to 1,600 at 99.9 % about 1,204');
});

test('it begins with whether all is well, and the title of the window says so', () => {
  expect(read(well)).toContain('Everything is up Every pass succeeded: 3 endpoints in 1 target.');
  expect(titleOf(well)).toBe('All up – AWS connections exporter');
  const empty = one({ targets: vpn.targets.map((target) => ({ ...target, endpoints: [] })) });
  expect(read(empty)).toContain('Everything is up Every pass succeeded, and found no endpoints.');
  expect(read(empty)).toContain('No endpoints are known here.');
});

test('it says when no pass begins, also where endpoints have problems of their own', () => {
  const sentence =
    'Client VPN : No pass has begun for more than two intervals of 30 s: what is shown grows old. Restart the exporter, unless the log says what else to do.';
  expect(read(one({ isOverdue: true }))).toContain(sentence);
  const down = withEndpoint({ up: false, error: 'denied' });
  const both = { ...down, collectors: down.collectors.map((view) => ({ ...view, isOverdue: true })) };
  expect(read(both)).toContain(sentence);
  expect(titleOf(both)).toContain('2 problems');
});

test('it begins with who has problems, each a link to where it stands', () => {
  const text = read(broken);
  expect(text).toContain(
    '8 of 11 endpoints, 1 of 3 targets, 1 of 2 collectors and the exporter itself have problems',
  );
  expect(titleOf(broken)).toBe('11 problems – AWS connections exporter');
  expect(text).toContain('State cannot be saved: no space left on device. Make room.');
  expect(text).toContain('partner : AssumeRole failed');
  expect(text).toContain('WebSocket : The last pass failed: the pass took longer than its timeout of 50 s');
  const page = statusPage(broken, ELSEWHERE);
  const anchors = [...page.matchAll(/href="#([^"]*)"/g)].map(([, anchor]) => anchor);
  expect(anchors).toContain('client-vpn-1-7');
  expect(anchors).toContain('websocket');
  for (const anchor of anchors) expect(page.split(` id="${anchor}"`)).toHaveLength(2);
  expect(page).toMatch(/<tr role="row" id="client-vpn-1-7">.*>stale</);
});

test.each([
  [{ up: false }, '1 of 1 endpoint has a problem', 'abcde) : The last pass over it failed; the log says why'],
  [
    { up: false, error: 'AWS refused; allow it' },
    '1 of 1 endpoint has a problem',
    'abcde) : AWS refused; allow it',
  ],
  [{ stale: true, name: '' }, '1 of 1 endpoint has a problem', 'abcde : Its last complete pass is older'],
  [{ up: undefined }, 'Everything is up', 'no pass yet'],
])('an endpoint with %j: %s', (change, heading, sentence) => {
  const text = read(withEndpoint(change));
  expect(text).toContain(heading);
  expect(text).toContain(sentence);
});

test('a target that fails for two collectors is one target', () => {
  const targets = vpn.targets.map((target) => ({ ...target, up: false, error: 'no credentials' }));
  const both = { ...well, collectors: well.collectors.map((view) => ({ ...view, targets })) };
  expect(read(both)).toContain(
    '1 of 1 target has problems network : no credentials network : no credentials',
  );
});

test('past a dozen, problems are counted at the top and stand further down', () => {
  const endpoints = Array.from({ length: 14 }, (_, index) => ({
    ...vpnEndpoint,
    name: `office-${index}`,
    up: false,
    error: 'denied',
  }));
  const text = read(one({ targets: vpn.targets.map((target) => ({ ...target, endpoints })) }));
  expect(text).toContain('office-11 (cvpn-endpoint-123456789123abcde) : denied 2 more are marked below.');
  expect(text.match(/: denied/g)).toHaveLength(12 + 14);
});

test('it tells what is wrong where it is, in words', () => {
  const text = read(broken);
  expect(text).toContain('Last pass failed 2 min ago , after 300.0 s');
  expect(text).toContain('1 of 2 targets failed, 8 of 9 endpoints failed');
  expect(text).toContain('partner , account unknown, region us-east-1 down AssumeRole failed');
  expect(text).toContain('Found in no target down Endpoints');
  expect(text).toContain('Problem: Its last complete pass is older than stale_after');
});

test('where nothing true can be said there is a dash, which is not a zero', () => {
  const nothing = /never up, data stale never( – no data){4}/;
  const endpoints = [
    vpnEndpoint,
    { ...vpnEndpoint, endpointId: 'never', stale: true, connections: new Map(), lastSuccessAt: undefined },
  ];
  expect(read(one({ targets: vpn.targets.map((target) => ({ ...target, endpoints })) }))).toMatch(nothing);
  expect(read(withEndpoint({ connections: new Map() }))).toMatch(
    /Connections office \S+ up 12 s ago – no data/,
  );
});

test('before the first pass it says so', () => {
  const text = read(starting);
  expect(text).toContain('The first pass has not ended yet: Client VPN, WebSocket What a first pass finds');
  expect(text).toContain('Last pass none yet Next pass under way, begun 2 s ago Endpoints – no data');
  expect(text).toContain('No account and region is known yet.');
  expect(titleOf(starting)).toBe('Starting – AWS connections exporter');
  expect(read(one({ nextPassAt: undefined }))).toContain('Next pass none');
});

test('with nothing enabled it says so', () => {
  expect(read(idle)).toContain('No collector is enabled Nothing is read from AWS');
  expect(titleOf(idle)).toBe('Nothing enabled – AWS connections exporter');
  expect(read({ ...idle, problems: ['The file is broken'] })).toContain('The exporter itself has a problem');
});

test('ages are told in the unit that people would use', () => {
  const age = (ms: number) => /up (\d+ \w+) ago/.exec(read(withEndpoint({ lastSuccessAt: NOW - ms })))?.[1];
  expect([119_000, 120_000, 7_199_000, 7_200_000, 172_799_000, 172_800_000, -5_000].map(age)).toEqual([
    '119 s',
    '2 min',
    '119 min',
    '2 h',
    '47 h',
    '2 days',
    '0 s',
  ]);
});

test('its links are relative, whatever the path of the exposition', () => {
  const page = statusPage(well, { ...ELSEWHERE, telemetryPath: '/vpn"metrics' });
  expect(page).toContain('<a href="./vpn&quot;metrics">Metrics</a>');
});

test('no value becomes markup', () => {
  const evil = `"><script>alert('&')</script>`;
  const endpoint = { ...vpnEndpoint, endpointId: evil, name: evil, error: evil, up: false };
  const target = { name: evil, accountId: evil, region: evil, up: false, error: evil };
  const page = statusPage(
    {
      ...one({
        collector: evil,
        title: evil,
        counted: evil,
        last: { success: false, endedAt: NOW, durationSeconds: 1, error: evil },
        targets: [{ ...target, endpoints: [{ ...endpoint, connections: new Map([[evil, 1]]) }] }],
      }),
      version: evil,
      intakeUrls: [evil],
      problems: [evil],
    },
    ELSEWHERE,
  );
  expect(page).not.toContain('<script');
  expect(page).not.toContain(evil);
  const escaped = page.match(/&quot;&gt;&lt;script&gt;alert\(&#39;&amp;&#39;\)&lt;\/script&gt;/g);
  expect(escaped?.length).toBeGreaterThan(20);
});

test('it needs nothing from elsewhere and no script', () => {
  const page = statusPage({ ...well, intakeUrls: [] }, ELSEWHERE);
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(page).not.toMatch(/<script|<link|<img|style="|src=|@import|url\(|https?:/);
});

test('of ten thousand endpoints five hundred are shown, those with problems first, and the page says how many are not', () => {
  const endpoints = Array.from({ length: 10_000 }, (_, n) => ({
    ...vpnEndpoint,
    endpointId: `cvpn-endpoint-${n}`,
    name: 'n'.repeat(10_000),
    ...(n % 40 === 39 && { up: false, error: `it failed, ${n}` }),
  }));
  const target = vpn.targets[0];
  if (!target) throw new Error('the model has no target');
  const model = one({
    targets: [
      { ...target, endpoints: endpoints.slice(0, 100) },
      { ...target, endpoints },
    ],
  });
  const page = statusPage(model, ELSEWHERE);
  expect(page.length).toBeLessThan(1_000_000);
  expect(page.match(/<tr role="row" id=/g)).toHaveLength(500);
  expect(page).toContain('9,600 more endpoints, not shown here: the metrics have all.');
  expect(page).toContain('id="client-vpn-2-10000"');
  // Every problem that the summary leads to is there.
  for (const [, anchor] of page.matchAll(/href="#(client-vpn-[^"]+)"/g))
    expect(page).toContain(`id="${anchor}"`);
});

test('however many statuses there are, the table has a column for twelve and one for the others', () => {
  const connections = new Map(Array.from({ length: 30 }, (_, n) => [`s${n}`, 1] as const));
  const text = read(withEndpoint({ connections }));
  expect(text).toContain('s11 others office');
  expect(text).toContain('1 1 18');
});
