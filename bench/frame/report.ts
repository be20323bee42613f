import { families } from '../rows/index.ts';
import { toTable } from '../table.ts';
import { studies } from '../tables/index.ts';
import type { Result } from './result.ts';
import { isReached, type Measured, type RowText } from './row.ts';
import { mustText, toText, withUnit } from './units.ts';

/** Every row there is, by family and row. */
export const rows: ReadonlyMap<string, RowText> = new Map(
  families.flatMap(({ name, rows }) => Object.entries(rows).map(([key, text]) => [`${name}.${key}`, text])),
);

const HEADER = ['what', 'measured', 'baseline, in the same run', 'ratio', 'must reach', 'reached'];

/** Where it was measured, the table of rows, and the other tables; only of what the result has. */
export function markdown(result: Result): string {
  const { figures, tables } = result;
  const lines = [...rows].flatMap(([key, text]) => {
    const measured = figures[key];
    return measured ? [toCells(text, measured)] : [];
  });
  const others = studies.flatMap(({ name }) => {
    const { title, header, rows } = tables[name] ?? { title: '', header: [], rows: [] };
    return rows.length > 0 ? [`### ${title}\n\n${toTable(header, rows)}`] : [];
  });
  const main = lines.length > 0 ? [toTable(HEADER, lines)] : [];
  return `${[machineText(result), ...main, ...others].join('\n\n')}\n`;
}

/** The rows that the README shows. */
const IN_README = [
  'pass.http',
  'scraped.p99',
  'memory.peak',
  'memory.file',
  'start.time',
  'scrape.cpu',
  'idle.cpu',
  'idle.memory',
  'ids.memory',
  'event.cpu',
];

/** What the README says of the result. */
export function readmeMarkdown(result: Result): string {
  const lines = IN_README.map((key) => {
    const [text, measured] = [rows.get(key), result.figures[key]];
    if (!text || !measured) throw new Error(`there is no row ${key}`);
    const { baseline = Number.NaN, figure } = measured;
    const beside = text.baseline ? `${text.baseline}: ${withUnit(baseline, text.unit)}` : '';
    return [text.what, withUnit(figure, text.unit), beside];
  });
  return `${machineText(result)}\n\n${toTable(['what', 'measured', 'beside it'], lines)}\n`;
}

function toCells(text: RowText, measured: Measured): readonly string[] {
  const { figure, baseline, beside } = measured;
  const reached = isReached(text, measured);
  return [
    text.what,
    withUnit(figure, text.unit),
    [...(baseline === undefined ? [] : [`${text.baseline}: ${withUnit(baseline, text.unit)}`]), beside ?? []]
      .flat()
      .join('; '),
    baseline === undefined ? '' : toText(figure / baseline),
    text.must ? mustText(text.must, text.unit) : '',
    reached === undefined ? '' : reached ? 'yes' : 'no',
  ];
}

function machineText({ isShort, machine }: Result): string {
  const { cpu, cores, node, packages, date, commit } = machine;
  const warning = isShort ? 'A short run, to see that everything works: its figures mean nothing.\n\n' : '';
  const versions = Object.entries(packages).map(([name, version]) => `${name} ${version}`);
  const where = `Of ${date}, commit ${commit}, on ${cores} cores of ${cpu}`;
  return `${warning}${where}, with ${[`Node.js ${node}`, ...versions].join(', ')}, over the loopback interface.`;
}
