import type { PanelBuilder as BarGaugeBuilder } from '@grafana/grafana-foundation-sdk/bargauge';
import type { DynamicConfigValue, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import type { PanelBuilder as HeatmapBuilder } from '@grafana/grafana-foundation-sdk/heatmap';
import type { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import type { PanelBuilder as TimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import type { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import type { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { type Coloured, colourOf, inColour } from './colours.ts';
import { DATASOURCE, type Target } from './targets.ts';

type Builder =
  | BarGaugeBuilder
  | HeatmapBuilder
  | StatBuilder
  | TableBuilder
  | TimelineBuilder
  | TimeseriesBuilder;

const MOST_POINTS = 100_000;

/** What every panel says of itself. */
export interface Frame {
  readonly title: string;
  /** What it shows, as of when, and what is normal. */
  readonly description: string;
  /** Why there may be nothing to show; the description ends with it. */
  readonly emptyWhen?: string;
  readonly unit: string;
  readonly targets: readonly Target[];
  /** Of the 24 columns. */
  readonly width: number;
  readonly height?: number;
  /** The names of series that have a colour of their own. */
  readonly colours?: readonly Coloured[];
  /** What else single series or columns look like, by their name or a `/pattern/` of it. */
  readonly overrides?: Readonly<Record<string, readonly DynamicConfigValue[]>>;
}

/** Builds a panel with its frame; its targets get the letters A, B, … */
export function framed(builder: Builder, frame: Frame, usualHeight: number): Panel {
  const { title, description, emptyWhen, unit, targets, width, height = usualHeight } = frame;
  builder
    .title(title)
    .description(emptyWhen === undefined ? description : `${description} Empty when ${emptyWhen}.`)
    .unit(unit)
    .datasource(DATASOURCE)
    .span(width)
    .height(height);
  // Of latest values only: `$__rate_interval` shall not grow with the time range.
  if (targets.every((target) => target.build().instant)) builder.maxDataPoints(MOST_POINTS);
  for (const [index, target] of targets.entries()) {
    builder.withTarget(target.refId(String.fromCharCode('A'.charCodeAt(0) + index)));
  }
  for (const name of frame.colours ?? []) builder.overrideByName(name, [inColour(colourOf(name))]);
  for (const [name, properties] of Object.entries(frame.overrides ?? {})) {
    if (name.startsWith('/')) builder.overrideByRegexp(name, [...properties]);
    else builder.overrideByName(name, [...properties]);
  }
  return builder.build();
}
