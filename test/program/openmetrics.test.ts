import { expect, onTestFinished } from 'vitest';
import { startServer } from '../support/http-server.ts';
import { needs } from '../support/programs.ts';
import { openLab, ready } from './lab.ts';
import { DEADLINE_MS, eventually } from './program.ts';
import { type Found, launchPrometheus } from './prometheus.ts';

const TEXT = 'text/plain;version=0.0.4';
/** One pass at the start, and none while the test goes on. */
const once = 'schedule: "0 0 0 29 2 *", stale_after: 3000d';

needs('prometheus')(
  'a real Prometheus stores the same of OpenMetrics, for which it asks, as of text',
  async () => {
    const lab = await openLab({
      clientVpn: `${once}, users: {enabled: true}, connections: {enabled: true}`,
      siteToSiteVpn: `enabled: true, ${once}`,
    });
    const endpoint = lab.world.addEndpoint({ name: 'office', description: 'The "office", C:\\vpn' });
    for (const username of ['alice', 'O"Neil', 'CORP\\bob', 'a\nb', 'Žofie 王芳'])
      lab.world.talk(lab.world.connect(endpoint, { username }), { ingressBytes: 123, egressPackets: 7 });
    lab.vpns.addConnection({ id: 'vpn-0123456789abcdef0' });
    const daemon = await lab.serve();
    await ready(daemon);

    // Stand between Prometheus and the exporter: one hands on what Prometheus asks for, the other asks for text.
    const types: Record<'asked' | 'text', Set<string | null>> = { asked: new Set(), text: new Set() };
    const between = async (job: 'asked' | 'text') => {
      const server = await startServer(async (response, { url, headers }) => {
        const accept = job === 'text' ? TEXT : (headers.accept ?? '');
        const answer = await fetch(`${daemon.url}${url}`, { headers: { accept } });
        const contentType = answer.headers.get('content-type') ?? '';
        types[job].add(contentType);
        response.setHeader('content-type', contentType).end(Buffer.from(await answer.arrayBuffer()));
      });
      onTestFinished(() => server.close());
      return `{job_name: ${job}, static_configs: [{targets: ["${new URL(server.url).host}"]}]}`;
    };
    const jobs = [await between('asked'), await between('text')];
    const prometheus = await launchPrometheus(
      `global: {scrape_interval: 1s, scrape_timeout: 1s}\nscrape_configs: [${jobs}]\n`,
      lab.folder,
    );
    for (const job of ['asked', 'text'])
      await eventually(async () => expect(await prometheus.value(`up{job="${job}"}`)).toBe(1));

    const stored = async (job: string, name: string) =>
      withoutTarget(await prometheus.query(`{job="${job}", __name__=~"${name}"}`));
    const domains = await stored('text', 'aws_(client|site).*');
    expect(domains.length).toBeGreaterThan(100);
    expect(await stored('asked', 'aws_(client|site).*')).toEqual(domains);
    const names = (found: readonly string[]) => [
      ...new Set(found.map((series) => JSON.parse(series)[0].__name__)),
    ];
    expect(names(await stored('asked', '(aws|process)_.*'))).toEqual(
      names(await stored('text', '(aws|process)_.*')),
    );
    // Prometheus 3 asks for another escaping than Prometheus 2 would have.
    expect([...types.asked].join()).toMatch(
      /^application\/openmetrics-text; version=1\.0\.0; charset=utf-8; escaping=(underscores|allow-utf-8)$/,
    );
    expect([...types.text]).toEqual(['text/plain; version=0.0.4; charset=utf-8; escaping=underscores']);
  },
  3 * DEADLINE_MS,
);

function withoutTarget(found: readonly Found[]): readonly string[] {
  return found
    .map(({ metric: { job, instance, ...metric }, value }) => JSON.stringify([metric, value?.[1]]))
    .sort();
}
