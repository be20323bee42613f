import { expect, test } from 'vitest';
import { type StatusModel, statusPage } from '../../src/server/status-page.ts';

const NOW = Date.UTC(2026, 10, 22, 12);

const endpoint = {
  endpointId: 'cvpn-endpoint-123456789123abcde',
  name: 'office',
  up: true,
  connections: new Map([
    ['active', 12],
    ['terminated', 3],
  ]),
  lastSuccessAt: NOW - 12_000,
  stale: false,
  error: undefined,
};

function model(change: Partial<StatusModel['collectors'][number]> = {}): StatusModel {
  return {
    version: '1.2.3',
    now: NOW,
    telemetryPath: '/metrics',
    connectionsEnabled: false,
    collectors: [
      {
        collector: 'client_vpn',
        startedAt: undefined,
        last: { success: true, endedAt: NOW - 12_000, durationSeconds: 1.26, error: undefined },
        nextPassAt: NOW + 18_000,
        targets: [
          {
            accountId: '111122223333',
            region: 'eu-west-1',
            up: true,
            error: undefined,
            endpoints: [endpoint],
          },
        ],
        ...change,
      },
    ],
  };
}

/** The page's text, without markup. */
function read(page: string): string {
  return page
    .replace(/<style>.*<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

test('it tells of passes, targets and endpoints', () => {
  const text = read(statusPage(model()));
  expect(text).toContain('Version 1.2.3, as of Sun, 22 Nov 2026 12:00:00 GMT');
  expect(text).toContain('Last pass succeeded 12 s ago , after 1.3 s');
  expect(text).toContain('Next pass in 18 s');
  expect(text).toContain('account 111122223333, region eu-west-1: up ');
  expect(text).toContain('Endpoint Name State active terminated Last success Problem');
  expect(text).toContain('cvpn-endpoint-123456789123abcde office up 12 3 12 s ago');
  expect(text).not.toContain('Connections (JSON)');
});

test('it tells what is wrong, in words', () => {
  const broken = {
    ...endpoint,
    up: false,
    stale: true,
    connections: new Map(),
    lastSuccessAt: NOW - 7_500_000,
  };
  const never = { ...endpoint, endpointId: 'b', name: '', up: false, lastSuccessAt: undefined };
  const page = statusPage(
    model({
      last: {
        success: false,
        endedAt: NOW - 130_000,
        durationSeconds: 300,
        error: '2 of 2 endpoints failed',
      },
      startedAt: NOW - 5_000,
      targets: [
        {
          accountId: 'unknown',
          region: 'us-east-1',
          up: false,
          error: 'Discovery was denied.',
          endpoints: [
            { ...broken, error: 'AWS refused the call: allow it.' },
            never,
            { ...endpoint, endpointId: 'c', stale: true },
          ],
        },
        { accountId: '1', region: 'us-east-2', up: true, error: undefined, endpoints: [] },
      ],
    }),
  );
  const text = read(page);
  expect(text).toContain('Last pass failed 2 min ago , after 300.0 s');
  expect(text).toContain('Next pass under way, begun 5 s ago');
  expect(text).toContain('Problem 2 of 2 endpoints failed');
  expect(text).toContain('account unknown, region us-east-1: down Discovery was denied.');
  expect(text).toContain('office down, data stale – – 2 h ago AWS refused the call: allow it.');
  expect(text).toContain('down 12 3 never');
  expect(text).toContain('office up, data stale 12 3 12 s ago');
  expect(text).toContain('No endpoints are known here.');
});

test('before the first pass it says so', () => {
  const text = read(statusPage(model({ last: undefined, nextPassAt: undefined, targets: [] })));
  expect(text).toContain('Last pass none yet Next pass none');
  expect(text).toContain('No account and region is known yet.');
});

test('its links are relative, and complete', () => {
  const page = statusPage({ ...model(), telemetryPath: '/vpn"metrics', connectionsEnabled: true });
  expect([...page.matchAll(/href="([^"]*)"/g)].map(([, href]) => href)).toEqual([
    './vpn&quot;metrics',
    './config',
    './-/healthy',
    './-/ready',
    './api/v1/connections',
  ]);
});

test('no value becomes markup', () => {
  const evil = `"><script>alert('&')</script>`;
  const page = statusPage({
    ...model({
      collector: evil,
      last: { success: false, endedAt: NOW, durationSeconds: 1, error: evil },
      targets: [
        {
          accountId: evil,
          region: evil,
          up: false,
          error: evil,
          endpoints: [
            { ...endpoint, endpointId: evil, name: evil, error: evil, connections: new Map([[evil, 1]]) },
          ],
        },
      ],
    }),
    version: evil,
    telemetryPath: `/${evil}`,
  });
  expect(page).not.toContain('<script');
  expect(page).not.toContain(evil);
  expect(
    page.match(/&quot;&gt;&lt;script&gt;alert\(&#39;&amp;&#39;\)&lt;\/script&gt;/g)?.length,
  ).toBeGreaterThan(9);
});

test('it needs nothing from elsewhere and no script', () => {
  const page = statusPage(model());
  expect(page).toMatch(/^<!doctype html>\n<html lang="en">/);
  expect(page).not.toMatch(/<script|<link|<img|style="|src=|@import|url\(|https?:/);
});
