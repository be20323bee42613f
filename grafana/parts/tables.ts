import { TableSortByFieldStateBuilder } from '@grafana/grafana-foundation-sdk/common';
import type { DynamicConfigValue, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as TableBuilder } from '@grafana/grafana-foundation-sdk/table';
import { type Frame, framed } from './frame.ts';

/** A column: the field it shows (a label, or `Value #A` for the value of target A) and its title. */
export interface Column {
  readonly field: string;
  readonly title: string;
  readonly unit?: string;
  readonly properties?: readonly DynamicConfigValue[];
}

interface Table extends Omit<Frame, 'unit' | 'overrides'> {
  readonly columns: readonly Column[];
  /** Fields that are asked for, but not shown. */
  readonly hidden?: readonly string[];
  /** The title of the column by which it is sorted, the greatest on top. */
  readonly sortedBy?: string;
}

/** With any other unit Grafana takes text of digits for a number: the account 012345678901 would lose its zero. */
const TEXT = 'string';

const isValue = (field: string): boolean => /^Value( #[A-Z])?$/.test(field);

/**
 * Rows of labels and values. The targets are merged: rows with the same labels become one. Fields keep their names, columns get
 * titles only, so that links can read any label of the row.
 */
export function table({ columns, hidden = [], sortedBy, ...frame }: Table): Panel {
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
  if (sortedBy !== undefined) {
    builder.sortBy([new TableSortByFieldStateBuilder().displayName(sortedBy).desc(true)]);
  }
  const overrides = Object.fromEntries(
    columns.map(({ field, title, unit = isValue(field) ? 'none' : TEXT, properties = [] }) => [
      field,
      [{ id: 'displayName', value: title }, { id: 'unit', value: unit }, ...properties],
    ]),
  );
  return framed(builder, { unit: TEXT, ...frame, overrides }, 8);
}
