import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
  VisibilityMode,
} from '@grafana/grafana-foundation-sdk/common';
import {
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  type Panel,
  SpecialValueMatch,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { type Coloured, colourOf, MEANINGS } from './colours.ts';
import { type Frame, framed } from './frame.ts';

/** The value from which on something has this meaning. */
export type Steps = readonly (readonly [from: number, meaning: keyof typeof MEANINGS])[];

interface Stat extends Frame {
  /** What the value means from which number on, or one meaning for all values. */
  readonly steps?: Steps;
  readonly colour?: Coloured;
  readonly mappings?: readonly ValueMapping[];
  /** Whether a single value says its name too. */
  readonly named?: boolean;
}

/** What stands where there is no value: words in the colour of text, for no data is neither good nor bad. */
export const noData = (text: string): ValueMapping => ({
  type: MappingType.SpecialValue,
  options: { match: SpecialValueMatch.NullAndNan, result: { text, color: 'text' } },
});

/** The latest values, large. */
export function stat({ steps = [], colour, mappings = [], named = false, ...frame }: Stat): Panel {
  const fixed = new FieldColorBuilder().mode(FieldColorModeId.Fixed);
  const builder = new StatBuilder()
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']))
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Value)
    .colorScheme(
      steps.length > 0
        ? new FieldColorBuilder().mode(FieldColorModeId.Thresholds)
        : fixed.fixedColor(colour === undefined ? 'text' : colourOf(colour)),
    );
  builder.mappings([...mappings, noData('No data')]);
  if (named) builder.textMode(BigValueTextMode.ValueAndName);
  if (steps.length > 0) builder.thresholds(thresholds(steps));
  return framed(builder, frame, 4);
}

function thresholds(steps: Steps): ThresholdsConfigBuilder {
  const colours = steps.map(([from, meaning], index) => ({
    value: index === 0 ? null : from,
    color: MEANINGS[meaning],
  }));
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(colours);
}

/** Nothing is good, anything is a fault. */
export const NONE_IS_GOOD: Steps = [
  [0, 'alive'],
  [1, 'fault'],
];

/** The age of data, in seconds: a few passes are normal, past the usual `stale_after` it is a fault. */
export const ageSteps = (staleAfter: number): Steps => [
  [0, 'alive'],
  [staleAfter / 2, 'changing'],
  [staleAfter, 'fault'],
];

/** Says 1 and 0 (and -1, if it is given) in words, in the colours of up and down. */
export function inWords(one: string, zero: string, minusOne?: string): readonly ValueMapping[] {
  const down = { color: colourOf('down') };
  const options = {
    '1': { text: one, color: colourOf('up'), index: 0 },
    '0': { text: zero, ...down, index: 1 },
    ...(minusOne !== undefined && { '-1': { text: minusOne, ...down, index: 2 } }),
  };
  return [{ type: MappingType.ValueToText, options }];
}

/** Says only 1 in words. */
export const sayOne = (text: string): ValueMapping => ({
  type: MappingType.ValueToText,
  options: { '1': { text, index: 0 } },
});

/** Shows names as they are, each in its colour. */
export const statusColours = (names: readonly Coloured[]): ValueMapping => ({
  type: MappingType.ValueToText,
  options: Object.fromEntries(names.map((name, index) => [name, { color: colourOf(name), index }])),
});

interface Timeline extends Frame {
  readonly mappings: readonly ValueMapping[];
}

/** States over time, one line for each series. */
export function timeline({ mappings, ...frame }: Timeline): Panel {
  const builder = new TimelineBuilder()
    .mappings([...mappings])
    .mergeValues(true)
    .showValue(VisibilityMode.Auto)
    .rowHeight(0.8)
    .lineWidth(0)
    .fillOpacity(80);
  return framed(builder, frame, 8);
}
