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
import { type Coloured, colourOf } from './colours.ts';
import { type Frame, framed } from './frame.ts';

const HEIGHT = 8;

interface Graph extends Frame {
  readonly stacked?: boolean;
  /** Whether values go below zero. */
  readonly signed?: boolean;
}

/** Lines over time, with a table of their last and greatest values. */
export function graph({ stacked = false, signed = false, ...frame }: Graph): Panel {
  const builder = new TimeseriesBuilder()
    .lineWidth(1)
    .fillOpacity(stacked ? 30 : 8)
    .showPoints(VisibilityMode.Auto)
    .legend(
      new VizLegendOptionsBuilder()
        .displayMode(LegendDisplayMode.Table)
        .placement(LegendPlacement.Bottom)
        .showLegend(true)
        .calcs(['lastNotNull', 'max']),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (!signed) builder.min(0);
  if (stacked) builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  return framed(builder, frame, HEIGHT);
}

/** Draws a series below zero. */
export const DOWNWARD: DynamicConfigValue = { id: 'custom.transform', value: 'negative-Y' };

/** Draws a series as a dashed line without an area. */
export const DASHED: readonly DynamicConfigValue[] = [
  { id: 'custom.lineStyle', value: { fill: 'dash', dash: [8, 6] } },
  { id: 'custom.fillOpacity', value: 0 },
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
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']));
  if (link) builder.overrideByRegexp('/.*/', [link]);
  return framed(builder, frame, HEIGHT);
}

/** The buckets of a histogram over time: the unit is that of the buckets; the darker, the more observations per minute. */
export function heatmap(frame: Frame): Panel {
  const builder = new HeatmapBuilder()
    .yAxis(new YAxisConfigBuilder().unit(frame.unit))
    .cellValues(new CellValuesBuilder().unit('cpm'))
    .color(new HeatmapColorOptionsBuilder().mode(HeatmapColorMode.Scheme).scheme('Blues').steps(64));
  return framed(builder, frame, HEIGHT);
}
