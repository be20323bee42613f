import { PanelBuilder as BarGaugeBuilder } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  BarGaugeDisplayMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import {
  type DynamicConfigValue,
  FieldColorBuilder,
  FieldColorModeId,
  type Panel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import {
  CellValuesBuilder,
  PanelBuilder as HeatmapBuilder,
  HeatmapColorMode,
  HeatmapColorOptionsBuilder,
  YAxisConfigBuilder,
} from '@grafana/grafana-foundation-sdk/heatmap';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { type Coloured, colourOf, inColour, shadesOf } from './colours.ts';
import { type Frame, framed } from './frame.ts';
import { noData } from './states.ts';
import { withoutZeros } from './targets.ts';
import { PER_MINUTE } from './units.ts';

const HEIGHT = 8;

interface Graph extends Frame {
  readonly stacked?: boolean;
  /** Where the axis begins: at zero unless values go below it, or move in a narrow band far from it. */
  readonly from?: 'zero' | 'anywhere';
  /** Many series: no areas that overlap, and a legend to the right that has room for them. */
  readonly many?: boolean;
  /** Whether all that it shows is faults: then series without a colour of their own warn too. */
  readonly faults?: boolean;
}

/** Lines over time, or areas on top of each other, with a table of their last and greatest values. */
export function graph({ stacked, from = 'zero', many, faults, targets, ...frame }: Graph): Panel {
  const builder = new TimeseriesBuilder()
    .lineWidth(stacked ? 0 : 1)
    .fillOpacity(stacked ? 60 : many ? 0 : 8)
    .showPoints(stacked ? VisibilityMode.Never : VisibilityMode.Auto)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(many ? LegendPlacement.Right : LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['lastNotNull', 'max'])
        .sortBy('Last *')
        .sortDesc(true),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (from === 'zero') builder.min(0);
  if (faults) builder.colorScheme(shadesOf('fault'));
  if (stacked) builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  return framed(builder, { ...frame, targets: stacked ? targets.map(withoutZeros) : targets }, HEIGHT);
}

/** Draws a series below zero. */
export const DOWNWARD: DynamicConfigValue = { id: 'custom.transform', value: 'negative-Y' };

/** Draws a series against an axis of its own. */
export const ON_THE_RIGHT: readonly DynamicConfigValue[] = [
  { id: 'custom.axisPlacement', value: 'right' },
  { id: 'custom.fillOpacity', value: 0 },
];

/** Draws a limit: a dashed grey line, without an area and without points. */
export const LIMIT: readonly DynamicConfigValue[] = [
  inColour(colourOf('limit')),
  { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 6] } },
  { id: 'custom.fillOpacity', value: 0 },
  { id: 'custom.showPoints', value: 'never' },
];

interface Bars extends Frame {
  /** The meaning of all bars. */
  readonly colour: Coloured;
  /** Where each bar leads. */
  readonly link?: DynamicConfigValue;
}

/** One bar for each series, as long as its latest value. */
export function bars({ colour, link, ...frame }: Bars): Panel {
  const builder = new BarGaugeBuilder()
    .min(0)
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor(colourOf(colour)))
    .mappings([noData('No data')])
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']));
  const overrides = link ? { '/.*/': [link] } : {};
  return framed(builder, { ...frame, overrides }, HEIGHT);
}

/** The buckets of a histogram over time: the unit is that of the buckets, the scale below it says how many a colour stands for. */
export function heatmap(frame: Frame): Panel {
  const builder = new HeatmapBuilder()
    .yAxis(new YAxisConfigBuilder().unit(frame.unit))
    .cellValues(new CellValuesBuilder().unit(PER_MINUTE))
    .color(new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme('Blues').steps(64));
  return framed(builder, frame, HEIGHT);
}
