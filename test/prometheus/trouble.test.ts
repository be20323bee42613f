import { expect } from 'vitest';
import { eventually } from '../program/program.ts';
import { dashboardQueries, withVariables } from '../support/dashboard-queries.ts';
import { needs } from '../support/programs.ts';
import { DOWN, FAULTY, HEALTHY, type Looks, STALE } from './expected-looks.ts';
import { looks, type Shown, shownAt } from './shown.ts';
import { BROKEN, breakDown, startTroubledDemo } from './troubled-demo.ts';

const PATIENCE_MS = 120_000;
/** Panels whose totals say of how many endpoints they are. */
const TOTALS: readonly string[] = [
  'Active connections',
  'Connected users',
  'Failed to terminate',
  'Living connections',
  'Registered',
];

const VPN_TOTALS: readonly string[] = ['Tunnels up', 'Accepted routes'];
/** What each dashboard offers as endpoints. */
const OFFERED: Readonly<Record<string, readonly string[]>> = {
  websocket: ['chat', 'dashboards', 'tracking'],
  'site-to-site-vpn': ['branch', 'warehouse'],
};

/** Each panel must look as expected, those that are not named like all others. */
function compare(shown: readonly Shown[], expected: Looks, others: 'data' | 'nothing'): void {
  const names = shown.map(({ where }) => where);
  expect(Object.keys(expected).filter((where) => !names.includes(where))).toEqual([]);
  const wanted = shown.map(({ where }) => [where, expected[where] ?? others]);
  const seen = shown.map((one) => [one.where, Array.isArray(expected[one.where]) ? one.values : looks(one)]);
  expect(seen).toEqual(wanted);
}

/** What must hold of values whatever happens: they are numbers, counts are whole, and stacks have no zeros beside others. */
function sound(shown: readonly Shown[]): void {
  for (const { where, unit, isTable, isStacked, values } of shown) {
    if (!isTable) expect([where, values.filter((value) => !Number.isFinite(value))]).toEqual([where, []]);
    if (unit === 'none') expect([where, values.filter((value) => value % 1 !== 0)]).toEqual([where, []]);
    if (isStacked && values.length > 1) expect([where, values.includes(0)]).toEqual([where, false]);
  }
}

/** How many endpoints the totals of a panel say that they are of. */
const counted = (shown: readonly Shown[], title: string) =>
  shown
    .filter(({ where }) => where.includes(`, ${title}, `))
    .flatMap(({ labels }) => labels.map(({ counted: one, known }) => `${one} of ${known}`));

needs('prometheus')(
  'every panel shows what it must while all is well, while an endpoint fails, and while the exporter is down',
  async () => {
    const demo = await startTroubledDemo();
    const { daemon, prometheus } = demo;
    const show = (chosen = {}) => shownAt(prometheus, Date.now() / 1000, chosen);

    // Cheap questions first: all panels together are work for Prometheus, and the exporter wants its share of the machine.
    const until = (query: string) =>
      eventually(async () => expect(await prometheus.query(query)).not.toEqual([]), PATIENCE_MS);
    await until('sum_over_time(up[1m]) > 20');
    await eventually(async () => {
      const healthy = await show();
      compare(healthy, HEALTHY, 'data');
      sound(healthy);
      for (const title of TOTALS) expect([title, ...counted(healthy, title)]).toContain('3 of 3');
      for (const title of VPN_TOTALS) expect([title, ...counted(healthy, title)]).toContain('2 of 2');
    }, PATIENCE_MS);

    breakDown(demo);
    await until(
      `absent(aws_client_vpn_connections{region="${BROKEN}"} or aws_websocket_connections{region="${BROKEN}"})`,
    );
    await eventually(async () => {
      const stale = await show({ region: BROKEN });
      const ofEndpoints = stale.filter(({ where }) => !where.startsWith('exporter,'));
      compare(ofEndpoints, STALE, 'nothing');
    }, PATIENCE_MS);
    await eventually(async () => {
      const faulty = await show();
      compare(faulty, FAULTY, 'data');
      sound(faulty);
      for (const title of TOTALS) expect([title, ...counted(faulty, title)]).toContain('2 of 3');
      for (const title of VPN_TOTALS) expect([title, ...counted(faulty, title)]).toContain('1 of 2');
    }, PATIENCE_MS);

    daemon.kill('SIGKILL');
    await eventually(async () => expect(await prometheus.value('up')).toBe(0));
    // At once: what fades would still be there.
    const down = await show();
    compare(down, DOWN, 'nothing');
    sound(down);
    for (const { dashboard, where, raw } of dashboardQueries()) {
      if (!/^variable .*(endpoint|connection)_id$/.test(where)) continue;
      const offered = await prometheus.query(withVariables(raw));
      expect([dashboard, offered.map(({ metric }) => metric.name).sort()]).toEqual([
        dashboard,
        OFFERED[dashboard] ?? ['contractors', 'headquarters', 'plant'],
      ]);
    }
  },
  4 * PATIENCE_MS,
);
