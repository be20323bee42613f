import type { Panel, RowPanel } from '@grafana/grafana-foundation-sdk/dashboard';

const COLUMNS = 24;

/** Panels in the order in which a phone shows them, under a title; what is collapsed waits until it is opened. */
export interface Section {
  readonly title?: string;
  readonly collapsed?: boolean;
  readonly panels: readonly Panel[];
}

/** Numbers the panels and puts them in lines from the left, as many in a line as there is room for. */
export function place(sections: readonly Section[]): (Panel | RowPanel)[] {
  let id = 0;
  let y = 0;
  return sections.flatMap(({ title, collapsed = false, panels }) => {
    const row = { type: 'row' as const, id: title === undefined ? 0 : ++id, collapsed };
    const at = { h: 1, w: COLUMNS, x: 0, y };
    let top = title === undefined ? y : y + 1;
    let x = 0;
    let height = 0;
    const placed = panels.map((panel): Panel => {
      const { w = COLUMNS, h = 1 } = panel.gridPos ?? {};
      if (x + w > COLUMNS) {
        x = 0;
        top += height;
        height = 0;
      }
      const gridPos = { h, w, x, y: top };
      x += w;
      height = Math.max(height, h);
      return { ...panel, id: ++id, gridPos };
    });
    y = collapsed ? at.y + 1 : top + height;
    if (title === undefined) return placed;
    const header: RowPanel = { ...row, title, gridPos: at, panels: collapsed ? placed : [] };
    return collapsed ? [header] : [header, ...placed];
  });
}
