import { columnsOf, each, isStacked, type Properties, property } from './properties.ts';

/** The table of a screen of 1,600 pixels, and the least that Grafana gives a column without a width of its own. */
const TABLE_PIXELS = 1552;
const LEAST_PIXELS = 110;
/** What a phone of 400 by 800 pixels shows below the variables of a dashboard, in rows of the grid. */
const PHONE_ROWS = 10;
const FAULTS =
  /_(request_errors|records_rejected|series_dropped|family_errors|storage_files_set_aside|passes_failed)_total\b/;

const isNeutral = (mappings: unknown): boolean =>
  Array.isArray(mappings) &&
  mappings.some(
    ({ type, options }) =>
      type === 'special' && options.match === 'null+nan' && options.result.color === 'text',
  );

/** What the look of every panel owes to whoever looks at it in trouble. */
export const LOOKS: Properties = {
  'no data looks neutral': (dashboard) =>
    each(dashboard, ['stat', 'bargauge', 'table'], function* (panel) {
      const { mappings } = panel.fieldConfig.defaults;
      if (panel.type !== 'table' && !isNeutral(mappings)) yield 'no data has the colour of a value';
      if (panel.type !== 'table') return;
      for (const { field, properties } of columnsOf(panel)) {
        if (field.startsWith('Value') && !isNeutral(property(properties, 'mappings')))
          yield `${field} has no look without data`;
      }
    }),
  'stacks leave out zeros and have no lines': (dashboard) =>
    each(dashboard, ['timeseries'], function* (panel) {
      if (!isStacked(panel)) return;
      const { lineWidth, fillOpacity, showPoints } = panel.fieldConfig.defaults.custom ?? {};
      if (lineWidth !== 0 || fillOpacity !== 60 || showPoints !== 'never') yield 'edges';
      for (const { expr } of panel.targets)
        if (!/\) > 0($| or on \(\) topk\(1, )/.test(expr)) yield `zeros: ${expr}`;
    }),
  'legends are sorted by the last value': (dashboard) =>
    each(dashboard, ['timeseries'], function* ({ options }) {
      const { sortBy, sortDesc, calcs } = options.legend as Record<string, unknown>;
      if (sortBy !== 'Last *' || sortDesc !== true || !JSON.stringify(calcs).includes('lastNotNull'))
        yield `sorted by ${sortBy}`;
    }),
  'many series have a legend with room and no areas': (dashboard) =>
    each(dashboard, ['timeseries'], function* ({ targets, options, fieldConfig }) {
      const { placement } = options.legend as Record<string, unknown>;
      const many = targets.some(({ legendFormat, expr }) =>
        /topk\(10|\}\} \{\{/.test(`${expr} ${legendFormat.replace('{{instance}}', '')}`),
      );
      if (many && (placement !== 'right' || fieldConfig.defaults.custom?.fillOpacity !== 0)) yield 'no room';
    }),
  'faults look like faults': (dashboard) =>
    each(dashboard, ['timeseries'], function* ({ targets, fieldConfig: { defaults, overrides } }) {
      const coloured = new Set(
        overrides
          .filter(({ properties }) => property(properties, 'color'))
          .map(({ matcher }) => matcher.options),
      );
      for (const { expr, legendFormat } of targets) {
        if (!FAULTS.test(expr) || /error=~"gone\|invalid"/.test(expr)) continue;
        if (defaults.color?.mode !== 'shades' && ![...coloured].some((name) => name === legendFormat))
          yield legendFormat;
      }
    }),
  'names lead to their endpoint': (dashboard) =>
    each(dashboard, ['table', 'bargauge'], function* (panel) {
      if (panel.type === 'bargauge') {
        if (!panel.fieldConfig.overrides.some(({ properties }) => property(properties, 'links')))
          yield 'bars that lead nowhere';
        return;
      }
      const columns = columnsOf(panel);
      if (!columns.some(({ field }) => field === 'endpoint_id')) return;
      if (columns.at(-1)?.field !== 'endpoint_id') yield 'the id is not last';
      const [first] = columns;
      const named = columns.some(({ field }) => field === 'name');
      if (named && (first?.field !== 'name' || !property(first.properties, 'links')))
        yield 'the name is not first, or no link';
    }),
  'broken endpoints are first': (dashboard) =>
    each(dashboard, ['table'], function* (panel) {
      const columns = columnsOf(panel).map(({ properties }) => property(properties, 'displayName'));
      const [by] = (panel.options.sortBy ?? []) as { displayName: string; desc: boolean }[];
      if (columns.includes('State') && (by?.displayName !== 'State' || by.desc))
        yield `sorted by ${by?.displayName}`;
    }),
  'no column is off the screen': (dashboard) =>
    each(dashboard, ['table'], function* (panel) {
      const widths = columnsOf(panel).map(({ properties }) => {
        const width = property(properties, 'custom.width');
        return typeof width === 'number' ? width : LEAST_PIXELS;
      });
      const sum = widths.reduce((one, other) => one + other, 0);
      if (sum > TABLE_PIXELS) yield `${sum} pixels wide`;
    }),
  'ages tick in minutes or hours': (dashboard) =>
    each(dashboard, ['timeseries'], function* ({ targets, fieldConfig }) {
      const { unit } = fieldConfig.defaults;
      if (targets.some(({ expr }) => expr.includes('time() -')) && !['m', 'h'].includes(unit))
        yield `in ${unit}`;
    }),
  'limits are dashed, grey and without points': (dashboard) =>
    each(dashboard, ['timeseries'], function* ({ fieldConfig }) {
      for (const { matcher, properties } of fieldConfig.overrides) {
        if (!/limit|timeout$/.test(matcher.options) || matcher.options === 'timeout') continue;
        const line = property(properties, 'custom.lineStyle') as { fill?: string } | undefined;
        const colour = property(properties, 'color') as { fixedColor?: string } | undefined;
        if (
          line?.fill !== 'dash' ||
          colour?.fixedColor !== '#666666' ||
          property(properties, 'custom.showPoints') !== 'never'
        )
          yield matcher.options;
      }
    }),
  'axes fit what they show': (dashboard) =>
    each(dashboard, ['timeseries'], function* ({ targets, fieldConfig: { overrides } }) {
      const placed = new Map(
        overrides.map(({ matcher, properties }) => [
          matcher.options,
          property(properties, 'custom.axisPlacement'),
        ]),
      );
      for (const { matcher, properties } of overrides)
        if (property(properties, 'max') !== undefined) yield `${matcher.options} is pinned`;
      const listed = targets.filter(({ expr }) => expr.includes('(aws_client_vpn_connections{'));
      for (const { expr, legendFormat } of listed) {
        if (legendFormat !== '{{status}}') continue;
        if (placed.get('terminated') !== 'right') yield 'those that have terminated tower above the others';
        if (!expr.includes('status!="failed-to-terminate"')) yield 'failures lie on the floor';
      }
    }),
  'lines that are not drawn have no points': (dashboard) =>
    each(dashboard, ['timeseries'], function* ({ fieldConfig: { overrides } }) {
      for (const { matcher, properties } of overrides) {
        const invisible = property(properties, 'custom.lineWidth') === 0;
        if (invisible && property(properties, 'custom.showPoints') !== 'never') yield matcher.options;
      }
    }),
  'heatmaps are told in words that hold in the dark': (dashboard) =>
    each(dashboard, ['heatmap'], function* ({ description }) {
      if (/strong|dark|light|bright/i.test(description) || !description.includes('the scale below'))
        yield description;
    }),
  *'a phone shows first whether all is well'({ panels }) {
    let rows = 0;
    for (const { type, gridPos } of panels.slice(0, 3)) {
      if (type !== 'stat') yield `a ${type} comes first`;
      rows += gridPos.h;
    }
    if (rows > PHONE_ROWS) yield `${rows} rows`;
  },
};
