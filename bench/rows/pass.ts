import { family, type RowText } from '../frame/row.ts';
import type { Run } from '../frame/run.ts';
import type { AwsUrls } from '../roles/aws.ts';
import type { PassCost } from '../roles/exporter.ts';
import type { Listed } from '../roles/sdk.ts';

/** The largest quota that AWS gives one endpoint. */
export const CONNECTIONS = 126_000;
const ENDPOINT_ID = 'cvpn-endpoint-0123456789abcdef0';
const BASELINE = 'the plain SDK paginator, counting rows';

const text = (what: string, ratio: number): RowText => ({
  what: `CPU a connection of a later pass (list, decode, post, write the ledger, render), ${what}`,
  unit: 'µs',
  baseline: BASELINE,
  must: { of: 'ratio', most: ratio },
});

/** A pass over the largest endpoint, against the SDK alone. */
export const pass = family({
  name: 'pass',
  rows: { http: text('HTTP', 0.12) },
  measure: async (run) => ({ http: await compare(run, ({ http }) => ({ url: http })) }),
});

/** The same, encrypted; the exporter trusts a certificate by `aws.ca_bundle`. */
export const tls = family({
  name: 'tls',
  rows: { tls: text('TLS', 0.17) },
  measure: async (run) => ({ tls: await compare(run, ({ https, ca }) => ({ url: https, ca })) }),
});

/** Reading alone, of which a pass is more. */
export const reading = family({
  name: 'reading',
  rows: {
    http: { what: 'CPU a connection of reading alone, rows counted', unit: 'µs', baseline: BASELINE },
  },
  measure: async (run) => {
    const { urls, connections } = await startAws(run);
    const options = { url: urls.http, endpointId: ENDPOINT_ID };
    const [ours, theirs] = [await run.start('reader', options), await run.start('sdk', options)];
    return medians(run, connections, {
      ours: () => ours.child.ask<Listed>('list'),
      theirs: () => theirs.child.ask<Listed>('list'),
    }).then((http) => ({ http }));
  },
});

/** AWS with the largest endpoint. */
export async function startAws(run: Run) {
  const connections = run.size(CONNECTIONS, 3_000);
  const { child, first } = await run.start<AwsUrls>('aws', { endpoints: 1, connections });
  return { aws: child, urls: first, connections };
}

async function compare(run: Run, where: (urls: AwsUrls) => { readonly url: string; readonly ca?: string }) {
  const { aws, urls, connections } = await startAws(run);
  const options = { ...where(urls), endpointId: ENDPOINT_ID, folder: await run.folder() };
  const ours = await run.start<string>('exporter', options);
  const theirs = await run.start('sdk', options);
  return medians(run, connections, {
    ours: async () => {
      const cost = await ours.child.ask<PassCost>('pass');
      await aws.ask('step');
      return cost;
    },
    theirs: () => theirs.child.ask<Listed>('list'),
  });
}

/** Microseconds a connection, without the first of each: it has everything to learn. */
async function medians(
  run: Run,
  connections: number,
  ways: Readonly<Record<'ours' | 'theirs', () => Promise<{ readonly cpuMs: number }>>>,
) {
  run.say('the first pass, which is not measured');
  for (const way of Object.values(ways)) await way();
  const each = (way: () => Promise<{ readonly cpuMs: number }>) => async () => ({
    each: ((await way()).cpuMs * 1_000) / connections,
  });
  const { ours, theirs } = await run.inTurn(run.size(5, 1), {
    ours: each(ways.ours),
    theirs: each(ways.theirs),
  });
  return { figure: ours.each, baseline: theirs.each };
}
