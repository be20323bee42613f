import { expect, test } from 'vitest';
import { NAMES, panelsOf, readDashboard } from './dashboards.ts';
import { type DashboardJson, dashboardSchema, type PanelJson } from './schema.ts';

type Grid = PanelJson['gridPos'];

/** The narrowest that can be read, in columns of 24. */
const NARROWEST: Readonly<Record<PanelJson['type'], number>> = {
  stat: 4,
  timeseries: 8,
  heatmap: 8,
  bargauge: 8,
  'state-timeline': 8,
  table: 12,
};

/** What is wrong with the places of panels that are seen together. */
function* placement(panels: readonly { id: number; gridPos: Grid }[]): Iterable<string> {
  let bottom = panels[0]?.gridPos.y ?? 0;
  let previous: Grid | undefined;
  for (const { id, gridPos } of panels) {
    const { x, y, w, h } = gridPos;
    if (x + w > 24) yield `${id} reaches over the edge`;
    const besides = previous && y === previous.y && x === previous.x + previous.w && h === previous.h;
    if (!besides && (x !== 0 || y !== bottom)) yield `${id} is at ${x}, ${y} and not next to the one before`;
    if (!besides && previous && previous.x + previous.w < 24) yield `there is room before ${id}`;
    bottom = y + h;
    previous = gridPos;
  }
  if (previous && previous.x + previous.w < 24) yield 'there is room after the last';
}

/** What is seen when every row is opened, and what of it is in which collapsed row. */
function* problems({ panels }: DashboardJson): Iterable<string> {
  let shift = 0;
  yield* placement(panels);
  for (const panel of panels) {
    if (panel.type !== 'row') continue;
    shift = panel.gridPos.y + panel.gridPos.h;
    if (panel.collapsed !== panel.panels.length > 0)
      yield `row ${panel.id} is collapsed, or has panels, alone`;
    yield* placement(panel.panels);
    const [first] = panel.panels;
    if (first && first.gridPos.y !== shift) yield `the panels of row ${panel.id} are not under it`;
  }
}

test.each(NAMES)('%s has a place for every panel, in the order of their numbers', (name) => {
  const dashboard = readDashboard(name);
  expect([...problems(dashboard)]).toEqual([]);
  const ids = dashboard.panels.flatMap((panel) =>
    panel.type === 'row' ? [panel.id, ...panel.panels.map(({ id }) => id)] : [panel.id],
  );
  expect(ids).toEqual(ids.map((_, index) => index + 1));
});

test.each(NAMES)('%s begins with numbers and graphs in sight, and says everything once', (name) => {
  const { panels } = readDashboard(name);
  const first = panels.slice(
    0,
    panels.findIndex(({ type }) => type === 'row'),
  );
  expect(first.slice(0, 4).map(({ type }) => type)).toEqual(['stat', 'stat', 'stat', 'stat']);
  const titles = panelsOf(readDashboard(name)).map(({ title }) => title);
  expect(titles).toEqual([...new Set(titles)]);
});

test.each(NAMES)('no panel of %s is too narrow, and the letters of its targets are in order', (name) => {
  for (const { title, type, gridPos, targets } of panelsOf(readDashboard(name))) {
    expect([title, gridPos.w]).toEqual([title, Math.max(gridPos.w, NARROWEST[type])]);
    expect([title, ...targets.map(({ refId }) => refId)]).toEqual([
      title,
      ...[...'ABCDEFGHIJ'].slice(0, targets.length),
    ]);
  }
});

test.each(NAMES)('the panels of %s ask for what they can show', (name) => {
  for (const { title, type, targets, fieldConfig } of panelsOf(readDashboard(name))) {
    const latest = ['stat', 'bargauge', 'table'].includes(type);
    const format = { table: 'table', heatmap: 'heatmap' }[type as string];
    for (const { instant, range, format: asked, expr, interval } of targets) {
      expect([title, instant, range, asked]).toEqual([title, latest, !latest, format]);
      expect([title, interval]).toEqual([title, expr.includes('$__rate_interval') ? '1m' : undefined]);
    }
    // Below zero, or a narrow band far from it.
    const free =
      fieldConfig.overrides.some(({ properties }) =>
        properties.some(({ id }) => ['custom.transform', 'custom.fillBelowTo'].includes(id)),
      ) || targets.some(({ expr }) => /- time\(\)|_skew_/.test(expr));
    if (type === 'timeseries')
      expect([title, fieldConfig.defaults.min]).toEqual([title, free ? undefined : 0]);
  }
});

test.each(NAMES)('the columns of the tables of %s are fields of their targets', (name) => {
  for (const { title, type, targets, fieldConfig, transformations = [] } of panelsOf(readDashboard(name))) {
    if (type !== 'table') continue;
    const values = targets.map(({ refId }) => (targets.length > 1 ? `Value #${refId}` : 'Value'));
    const { excludeByName, indexByName } = (transformations.at(-1)?.options ?? {}) as Record<string, object>;
    const columns = fieldConfig.overrides.map(({ matcher }) => matcher.options);
    expect(Object.keys(indexByName ?? {}), title).toEqual(columns);
    const fields = [...columns, ...Object.keys(excludeByName ?? {})];
    expect(fields.filter((field) => field.startsWith('Value')).sort(), title).toEqual(values);
    for (const label of fields.filter((field) => !/^(Value|Time$)/.test(field))) {
      expect(
        targets.some(({ expr }) => new RegExp(`by \\([^)]*\\b${label}\\b`).test(expr)),
        `${title}: ${label}`,
      ).toBe(true);
    }
  }
});

test('what is misplaced, doubled or unknown is seen', () => {
  const doctored = (change: (dashboard: DashboardJson) => void) => {
    const dashboard = readDashboard('client-vpn-endpoint');
    change(dashboard);
    return [...problems(dashboard)];
  };
  const grid = (index: number, at: Partial<Grid>) => (dashboard: DashboardJson) =>
    Object.assign(dashboard.panels[index]?.gridPos ?? {}, at);
  expect(doctored(grid(1, { x: 2 }))).not.toEqual([]);
  expect(doctored(grid(5, { w: 8 }))).not.toEqual([]);
  expect(doctored(grid(7, { y: 400 }))).not.toEqual([]);
  const last = readDashboard('client-vpn-endpoint').panels.length - 1;
  expect(doctored(({ panels }) => Object.assign(panels[last] ?? {}, { collapsed: false }))).not.toEqual([]);
  const plain = readDashboard('exporter');
  expect(dashboardSchema.safeParse(plain).success).toBe(true);
  expect(dashboardSchema.safeParse({ ...plain, id: null }).success).toBe(false);
  const [first, ...others] = plain.panels;
  expect(dashboardSchema.safeParse({ ...plain, panels: [{ ...first, id: 0 }, ...others] }).success).toBe(
    false,
  );
});
