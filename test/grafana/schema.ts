import { z } from 'zod';

const count = z.number().int().nonnegative();
const text = z.string().min(1);
const loose = z.record(z.string(), z.unknown());

const datasource = z.strictObject({ type: z.literal('prometheus'), uid: z.literal(`\${datasource}`) });

const property = z.strictObject({ id: text, value: z.unknown() });

const mapping = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('value'), options: loose }),
  z.strictObject({
    type: z.literal('special'),
    options: z.strictObject({
      match: z.literal('null+nan'),
      result: z.strictObject({ text, color: text }),
    }),
  }),
]);

const fieldConfig = z.strictObject({
  defaults: z.strictObject({
    unit: text,
    min: z.number().optional(),
    color: z.strictObject({ mode: text, fixedColor: text.optional() }).optional(),
    thresholds: z
      .strictObject({
        mode: z.literal('absolute'),
        steps: z.array(z.strictObject({ value: z.number().nullable(), color: text })).min(1),
      })
      .optional(),
    mappings: z.array(mapping).optional(),
    custom: loose.optional(),
  }),
  overrides: z.array(
    z.strictObject({
      matcher: z.strictObject({ id: z.enum(['byName', 'byRegexp']), options: text }),
      properties: z.array(property).min(1),
    }),
  ),
});

const target = z.strictObject({
  refId: z.string().regex(/^[A-Z]$/),
  datasource,
  expr: text,
  legendFormat: text,
  instant: z.boolean(),
  range: z.boolean(),
  format: z.enum(['table', 'heatmap']).optional(),
  interval: z.literal('1m').optional(),
});

const gridPos = z.strictObject({
  x: count.max(23),
  y: count,
  w: count.min(4).max(24),
  h: count.min(3),
});

const panel = z.strictObject({
  id: count.positive(),
  type: z.enum(['stat', 'timeseries', 'table', 'heatmap', 'bargauge', 'state-timeline']),
  title: text,
  description: text,
  datasource,
  gridPos,
  maxDataPoints: z.literal(100_000).optional(),
  targets: z.array(target).min(1),
  fieldConfig,
  options: loose,
  transformations: z.array(z.strictObject({ id: z.enum(['merge', 'organize']), options: loose })).optional(),
  transparent: z.literal(false),
  repeatDirection: z.literal('h'),
});

const row = z.strictObject({
  id: count.positive(),
  type: z.literal('row'),
  title: text,
  collapsed: z.boolean(),
  gridPos: gridPos.extend({ h: z.literal(1), w: z.literal(24), x: z.literal(0) }),
  panels: z.array(panel),
});

const variable = z.strictObject({
  type: z.enum(['datasource', 'query']),
  name: z.string().regex(/^[a-z_]+$/),
  label: text,
  query: text,
  definition: text.optional(),
  regex: text.optional(),
  datasource: datasource.optional(),
  refresh: z.literal(2).optional(),
  sort: z.literal(1).optional(),
  multi: z.boolean(),
  includeAll: z.boolean(),
  allValue: z.literal('.+').optional(),
  current: z
    .strictObject({ selected: z.literal(true), text: z.array(text), value: z.array(text) })
    .optional(),
  skipUrlSync: z.literal(false),
  allowCustomValue: z.literal(true),
  auto: z.literal(false),
  auto_min: text,
  auto_count: count,
});

const link = z.strictObject({
  title: text,
  type: z.enum(['dashboards', 'link']),
  icon: text,
  tooltip: text,
  tags: z.array(text),
  url: z.url().optional(),
  asDropdown: z.boolean(),
  targetBlank: z.boolean(),
  includeVars: z.boolean(),
  keepTime: z.boolean(),
});

const annotation = z.strictObject({
  name: text,
  datasource,
  enable: z.literal(true),
  hide: z.literal(false),
  builtIn: z.literal(0),
  iconColor: text,
  expr: text,
  step: text,
  useValueForTime: z.literal(true),
  titleFormat: text,
  textFormat: text,
});

/** A dashboard as we write it: nothing may stand in it that is not said here. */
export const dashboardSchema = z.strictObject({
  uid: z.string().regex(/^[a-z-]{8,40}$/),
  title: text,
  description: text,
  tags: z.array(text).min(1),
  timezone: z.literal('browser'),
  editable: z.boolean(),
  graphTooltip: z.literal(1),
  fiscalYearStartMonth: z.literal(0),
  schemaVersion: z.literal(39),
  time: z.strictObject({ from: text, to: z.literal('now') }),
  refresh: z.enum(['30s', '1m']),
  templating: z.strictObject({ list: z.array(variable) }),
  annotations: z.strictObject({ list: z.array(annotation).min(1) }),
  links: z.array(link).min(1),
  panels: z.array(z.discriminatedUnion('type', [panel, row])),
});

/** A dashboard of ours, read. */
export type DashboardJson = z.infer<typeof dashboardSchema>;

/** One of its panels, rows excepted. */
export type PanelJson = z.infer<typeof panel>;
