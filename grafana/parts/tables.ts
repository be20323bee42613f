import { TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import type { DynamicConfigValue, Panel, ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { type Frame, framed } from './frame.ts';
import { noData } from './states.ts';

/** A column: the field it shows (a label, or `Value #A` for the value of target A) and its title. */
export interface Column {
  readonly field: string;
  readonly title: string;
  readonly unit?: string;
  /** In pixels; without it columns share what room is left. */
  readonly width?: number;
  /** Says its values in words, in their colours. */
  readonly mappings?: readonly ValueMapping[];
  /** Where a cell leads. */
  readonly link?: DynamicConfigValue;
}

interface Table extends Omit<Frame, 'unit' | 'overrides'> {
  readonly columns: readonly Column[];
  /** Fields that are asked for, but not shown. */
  readonly hidden?: readonly string[];
  /** The titles of the columns by which it is sorted, the first above all, and whether the greatest is on top. */
  readonly sortedBy?: readonly (readonly [title: string, order: 'ascending' | 'descending'])[];
}

/** With any other unit Grafana takes text of digits for a number: the account 012345678901 would lose its zero. */
const TEXT = 'string';

/** Of columns that share what room is left, in pixels: Grafana's own 150 push the last ones off a screen of 1,600. */
const NARROW = 110;

const isValue = (field: string): boolean => /^Value( #[A-Z])?$/.test(field);

/**
 * Rows of labels and values. The targets are merged: rows with the same labels become one. Fields keep their names, columns get
 * titles only, so that links can read any label of the row.
 */
export function table({ columns, hidden = [], sortedBy = [], ...frame }: Table): Panel {
  const builder = new TableBuilder();
  if (frame.targets.length > 1) builder.withTransformation({ id: 'merge', options: {} });
  builder.withTransformation({
    id: 'organize',
    options: {
      excludeByName: Object.fromEntries(['Time', ...hidden].map((field) => [field, true])),
      indexByName: Object.fromEntries(columns.map(({ field }, index) => [field, index])),
      renameByName: {},
    },
  });
  builder.sortBy(
    sortedBy.map(([title, order]) =>
      new TableSortByFieldStateBuilder().displayName(title).desc(order === 'descending'),
    ),
  );
  const overrides = Object.fromEntries(columns.map((column) => [column.field, properties(column)]));
  return framed(builder, { unit: TEXT, ...frame, overrides }, 8);
}

function properties({
  field,
  title,
  unit,
  width,
  mappings = [],
  link,
}: Column): readonly DynamicConfigValue[] {
  const value = isValue(field);
  const all = value ? [...mappings, noData('–')] : mappings;
  return [
    { id: 'displayName', value: title },
    { id: 'unit', value: unit ?? (value ? 'none' : TEXT) },
    width === undefined ? { id: 'custom.minWidth', value: NARROW } : { id: 'custom.width', value: width },
    ...(all.length > 0 ? [{ id: 'mappings', value: all }] : []),
    ...(mappings.length > 0 ? [{ id: 'custom.cellOptions', value: { type: 'color-text' } }] : []),
    ...(link ? [link] : []),
  ];
}
