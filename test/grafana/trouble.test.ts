import { expect, test } from 'vitest';
import { NAMES, panelsOf, readDashboard } from './dashboards.ts';
import type { DashboardJson, PanelJson } from './schema.ts';
import { LOOKS } from './trouble-looks.ts';
import { QUERIES } from './trouble-queries.ts';

const PROPERTIES = { ...QUERIES, ...LOOKS };

const problems = (dashboard: DashboardJson) =>
  Object.entries(PROPERTIES).flatMap(([name, rule]) =>
    [...rule(dashboard)].map((problem) => `${name}: ${problem}`),
  );

test.each(NAMES)('every panel of %s is true in trouble', (name) => {
  expect(problems(readDashboard(name))).toEqual([]);
});

type Doctor = (dashboard: DashboardJson) => void;

/** Changes the first panel for which the change is one. */
const inPanel =
  (change: (panel: PanelJson) => boolean): Doctor =>
  (dashboard) => {
    panelsOf(dashboard).find(change);
  };
const inQuery = (from: string | RegExp, to: string): Doctor =>
  inPanel(({ targets }) =>
    targets.some((target) => {
      const before = target.expr;
      target.expr = before.replace(from, to);
      return target.expr !== before;
    }),
  );
const inColumn = (field: RegExp, id: string, value: unknown): Doctor =>
  inPanel(({ type, fieldConfig }) =>
    fieldConfig.overrides.some(({ matcher, properties }) => {
      const property = properties.find((one) => one.id === id);
      if (type !== 'table' || !field.test(matcher.options) || !property) return false;
      property.value = value;
      return true;
    }),
  );
/** Puts this property before the others of an override. */
const inOverride = (name: string, changed: { id: string; value: unknown }): Doctor =>
  inPanel(({ fieldConfig }) => {
    const override = fieldConfig.overrides.find(({ matcher }) => matcher.options === name);
    override?.properties.unshift(changed);
    return override !== undefined;
  });
const ofType = (type: PanelJson['type'], change: (panel: PanelJson) => void): Doctor =>
  inPanel((panel) => {
    if (panel.type !== type) return false;
    change(panel);
    return true;
  });
const stacked = (custom: object): Doctor =>
  inPanel(({ fieldConfig: { defaults } }) => {
    if (!JSON.stringify(defaults.custom ?? {}).includes('"normal"')) return false;
    Object.assign(defaults.custom ?? {}, custom);
    return true;
  });

const DOCTORED: readonly (readonly [property: string, what: string, doctor: Doctor])[] = [
  [
    'no data looks neutral',
    'a stat in its own colour',
    ofType('stat', ({ fieldConfig }) => Object.assign(fieldConfig.defaults, { mappings: [] })),
  ],
  ['no data looks neutral', 'a column without a word', inColumn(/^Value/, 'mappings', [])],
  [
    'names outlive the gauges',
    'the name of today only',
    inQuery(/last_over_time\((aws_\w+_endpoint_info\{[^}]*\})\[1h\]\)/g, '$1'),
  ],
  [
    'names outlive the gauges',
    'an id',
    inPanel(({ targets: [target] }) => {
      if (target?.legendFormat !== '{{name}}') return false;
      target.legendFormat = '{{name}} {{endpoint_id}}';
      return true;
    }),
  ],
  [
    'ages outlive the exporter',
    'the age of today only',
    inQuery(/last_over_time\((\w+_last_success_timestamp_seconds\{[^}]*\})\[1h\]\)/, '$1'),
  ],
  ['an exporter that is down is said first', 'another stat first', ({ panels }) => void panels.shift()],
  [
    'rates stop with what moves them',
    'a rate of passes',
    inQuery(
      / and on \(account_id, region, endpoint_id\) \(max by/,
      ' or on (account_id, region, endpoint_id) (max by',
    ),
  ],
  [
    'rates stop with what moves them',
    'a rate of scrapes',
    inQuery(/(\[\$__rate_interval\]\)) and on \(job, instance\) /, '$1 or '),
  ],
  ['stacks leave out zeros and have no lines', 'zeros', inQuery(/ > 0 or on \(\) topk\(1, .*$/, '')],
  ['stacks leave out zeros and have no lines', 'a line', stacked({ lineWidth: 1 })],
  [
    'legends are sorted by the last value',
    'the order of the alphabet',
    ofType('timeseries', ({ options }) => Object.assign(options.legend as object, { sortBy: undefined })),
  ],
  [
    'many series have a legend with room and no areas',
    'three rows at the bottom',
    inPanel(({ type, options }) => {
      const legend = options.legend as { placement: string } | undefined;
      if (type !== 'timeseries' || legend?.placement !== 'right') return false;
      legend.placement = 'bottom';
      return true;
    }),
  ],
  [
    'faults look like faults',
    'the palette',
    inPanel(({ fieldConfig: { defaults } }) => {
      if (defaults.color?.mode !== 'shades') return false;
      defaults.color = { mode: 'palette-classic' };
      return true;
    }),
  ],
  ['names lead to their endpoint', 'a name without a link', inColumn(/^name$/, 'links', undefined)],
  [
    'broken endpoints are first',
    'the alphabet',
    ofType('table', ({ options }) => Object.assign(options, { sortBy: [] })),
  ],
  ['no column is off the screen', 'a wide column', inColumn(/^endpoint_id$/, 'custom.width', 1500)],
  [
    'ages tick in minutes or hours',
    'seconds',
    inPanel(({ type, targets, fieldConfig }) => {
      if (type !== 'timeseries' || !targets.some(({ expr }) => expr.includes('time() -'))) return false;
      fieldConfig.defaults.unit = 's';
      return true;
    }),
  ],
  [
    'limits are dashed, grey and without points',
    'points',
    inPanel(({ fieldConfig }) => {
      const limit = fieldConfig.overrides.find(({ matcher }) => matcher.options === 'session timeout');
      limit?.properties.pop();
      return limit !== undefined;
    }),
  ],
  ['axes fit what they show', 'a share of 100 %', inOverride('share', { id: 'max', value: 1 })],
  [
    'axes fit what they show',
    'those terminated on the left',
    inOverride('terminated', { id: 'custom.axisPlacement', value: 'left' }),
  ],
  [
    'axes fit what they show',
    'failures beside the others',
    inQuery('status!="failed-to-terminate"', 'status!=""'),
  ],
  [
    'lines that are not drawn have no points',
    'dots',
    inOverride('at least', { id: 'custom.showPoints', value: 'auto' }),
  ],
  [
    'heatmaps are told in words that hold in the dark',
    'strong colours',
    ofType('heatmap', (panel) => Object.assign(panel, { description: 'The stronger the colour, the more.' })),
  ],
  [
    'a phone shows first whether all is well',
    'tall numbers',
    ({ panels }) => void Object.assign(panels[0]?.gridPos ?? {}, { h: 8 }),
  ],
];

test.each(DOCTORED)('%s: refuses %s', (property, _what, doctor) => {
  const refused = NAMES.map(readDashboard).filter((dashboard) => {
    doctor(dashboard);
    return [...(PROPERTIES[property]?.(dashboard) ?? [])].length > 0;
  });
  expect(refused).not.toEqual([]);
});

test('every property was seen to refuse something', () => {
  expect(new Set(DOCTORED.map(([property]) => property))).toEqual(new Set(Object.keys(PROPERTIES)));
});
