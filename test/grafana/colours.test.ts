import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Coloured, colourOf, MEANINGS } from '../../grafana/parts/colours.ts';
import { withVariables } from '../support/dashboard-queries.ts';
import { toQuery } from '../support/promql.ts';
import { distance, EYES } from './colour-vision.ts';
import { NAMES, panelsOf, readDashboard } from './dashboards.ts';
import type { PanelJson } from './schema.ts';

/** Seven times what can just be seen. */
const APART = 15;

test.each(Object.entries(EYES))('colours of different meaning stay apart for eyes with %s', (_name, eyes) => {
  const colours = Object.entries(MEANINGS);
  const close = colours.flatMap(([one, colour], index) =>
    colours
      .slice(index + 1)
      .map(([other, against]) => ({ pair: `${one}, ${other}`, distance: distance(colour, against, eyes) })),
  );
  expect(close.filter((pair) => pair.distance < APART)).toEqual([]);
});

test('the computation knows which colours are taken for each other', () => {
  expect(distance('#000000', '#FFFFFF', EYES.usual)).toBeCloseTo(100, 0);
  for (const eyes of [EYES.deuteranopia, EYES.protanopia]) {
    expect(distance('#A9A900', '#FF8000', EYES.usual)).toBeGreaterThan(3 * APART);
    expect(distance('#888888', '#888888', eyes)).toBe(0);
  }
  expect(distance('#B07A3E', '#7F9A3E', EYES.usual)).toBeGreaterThan(2 * APART);
  expect(distance('#B07A3E', '#7F9A3E', EYES.deuteranopia)).toBeLessThan(APART);
});

/** The fixed colours of a panel, by the name of the series. */
function fixedColours({ fieldConfig }: PanelJson): Map<string, unknown> {
  const colours = new Map<string, unknown>();
  for (const { matcher, properties } of fieldConfig.overrides) {
    const color = properties.find(({ id }) => id === 'color')?.value as
      | { mode: string; fixedColor: string }
      | undefined;
    if (color) colours.set(matcher.options, color.mode === 'fixed' ? color.fixedColor : color.mode);
  }
  return colours;
}

/** The values that a label has in the exposition of a world where everything happens, by metric. */
function valuesOf(label: string): Map<string, Set<string>> {
  const values = new Map<string, Set<string>>();
  const golden = readFileSync('test/e2e/golden/metrics.txt', 'utf8');
  for (const [, metric = '', value = ''] of golden.matchAll(
    new RegExp(`^(\\w+)\\{.*\\b${label}="([^"]*)"`, 'gm'),
  )) {
    values.set(metric, (values.get(metric) ?? new Set()).add(value));
  }
  return values;
}

const statuses = valuesOf('status');

test.each(NAMES)('%s: every status has its own colour wherever series are split by it', (name) => {
  let split = 0;
  for (const panel of panelsOf(readDashboard(name))) {
    const colours = fixedColours(panel);
    for (const { expr, legendFormat } of panel.targets) {
      if (legendFormat !== '{{status}}') continue;
      split += 1;
      const [selector] = toQuery(withVariables(expr)).selectors;
      for (const status of statuses.get(selector?.metric ?? '') ?? ['no status']) {
        expect([panel.title, status, colours.get(status)]).toEqual([
          panel.title,
          status,
          colourOf(status as Coloured),
        ]);
      }
    }
  }
  expect(split > 0).toBe(name !== 'exporter');
});

/** The colours that say that something is wrong. */
const WARNING = new Set<string>([
  MEANINGS.grave,
  MEANINGS.fault,
  MEANINGS.out,
  MEANINGS.changing,
  MEANINGS.odd,
  MEANINGS.mild,
]);

test('every kind of fault has a colour of warning, and no two the same', () => {
  const errors = valuesOf('error').get('aws_connections_exporter_aws_request_errors_total') ?? new Set();
  const kinds = [...errors].filter((error) => !['gone', 'invalid'].includes(error));
  expect(kinds.length).toBeGreaterThan(4);
  const panels = panelsOf(readDashboard('exporter')).filter(({ title }) => title.startsWith('Faults by'));
  expect(panels).toHaveLength(2);
  for (const panel of panels) {
    const colours = [...fixedColours(panel)].map(
      ([name, colour]) => [name.replaceAll(/^\/ | \/$/g, ''), colour] as const,
    );
    expect(colours.map(([name]) => name).sort()).toEqual(kinds.sort());
    expect(new Set(colours.map(([, colour]) => colour)).size).toBe(kinds.length);
    for (const [name, colour] of colours) expect([name, WARNING.has(String(colour))]).toEqual([name, true]);
  }
});

test('a name has one colour in all dashboards, and every colour is in the table', () => {
  const table = new Set<unknown>(Object.values(MEANINGS));
  const seen = new Map<string, unknown>();
  for (const panel of NAMES.flatMap((name) => panelsOf(readDashboard(name)))) {
    for (const [series, colour] of fixedColours(panel)) {
      expect([panel.title, table.has(colour)]).toEqual([panel.title, true]);
      expect([series, seen.get(series) ?? colour]).toEqual([series, colour]);
      seen.set(series, colour);
    }
    const hexes = JSON.stringify(panel.fieldConfig).match(/#[0-9a-f]{6}\b/gi) ?? [];
    for (const hex of hexes) expect([panel.title, hex, table.has(hex)]).toEqual([panel.title, hex, true]);
  }
  for (const status of ['active', 'failed-to-terminate', 'gone', 'in', 'out'])
    expect(seen.has(status)).toBe(true);
});
