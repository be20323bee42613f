import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Series, toSeries } from './exposition.ts';
import { listening, temporaryFolder } from './lab.ts';
import { DEADLINE_MS, eventually, run, start } from './program.ts';

const MINUTE_MS = 60_000;
const bare = (folder: string) => ({ PATH: process.env.PATH, HOME: folder, TMPDIR: folder });

/** What must move in a demo: every counter, and every gauge by status. */
const moves = (series: string) =>
  /^aws_client_vpn_(\w+_(total|count)|connections(_(in|e)gress_(bytes|packets))?|user_connections)\{/.test(
    series,
  ) &&
  // Traffic is credited to the status before it: what is terminated has none.
  !/^aws_client_vpn_(in|e)gress_\w+_total\{.*status="terminated"/.test(series);

/** Series by name and status, over all endpoints. */
function byStatus(series: Series): Map<string, number> {
  const sums = new Map<string, number>();
  for (const [key, value] of series) {
    if (!moves(key)) continue;
    const [name] = key.split('{');
    const [status = ''] = /status="[^"]*"/.exec(key) ?? [];
    sums.set(`${name} ${status}`, (sums.get(`${name} ${status}`) ?? 0) + value);
  }
  return sums;
}

test(
  'the demo needs nothing, shows every metric, and all that can move moves within a minute',
  async () => {
    const folder = temporaryFolder();
    const running = start(['demo', '--web.listen-address=127.0.0.1:0'], { cwd: folder, env: bare(folder) });
    const daemon = await listening(running);
    await eventually(() => expect(running.stdout()).toContain('Press Ctrl-C to stop.'));
    expect(running.stdout()).toContain(`metrics      ${daemon.url}/metrics\n`);
    expect(running.stdout()).toContain(`status page  ${daemon.url}/\n`);
    expect(readdirSync(folder)).toHaveLength(1);

    const { stdout: reference } = await run(['describe', 'metrics']);
    const known = [...reference.matchAll(/^\| `(aws_client_vpn_\w+)`/gm)].map(([, name]) => name);
    expect(known.length).toBeGreaterThan(20);
    await eventually(async () => {
      const names = new Set(
        (await daemon.get('/metrics')).text.match(/^aws_client_vpn_\w+/gm)?.map(withoutSuffix),
      );
      expect(known.filter((name = '') => !names.has(name))).toEqual([]);
    }, MINUTE_MS);

    const first = byStatus(toSeries((await daemon.get('/metrics')).text));
    const still = new Set(first.keys());
    await eventually(async () => {
      for (const [key, value] of byStatus(await daemon.scrape()))
        if (value !== first.get(key)) still.delete(key);
      expect([...still]).toEqual([]);
    }, MINUTE_MS);
    for (const path of ['/', '/api/v1/connections', '/config', '/-/healthy', '/-/ready']) {
      expect([path, (await daemon.get(path)).status]).toEqual([path, 200]);
    }

    running.kill('SIGINT');
    expect(await running.ended).toMatchObject({ code: 0, signal: null });
    expect(readdirSync(folder)).toEqual([]);
    expect(running.stderr()).not.toMatch(/level=(ERROR|WARN)/);
  },
  2 * MINUTE_MS + 2 * DEADLINE_MS,
);

function withoutSuffix(name: string): string {
  return name.replace(/_(bucket|sum|count)$/, '');
}
