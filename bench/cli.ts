import { parseArgs } from 'node:util';
import { thisMachine } from './frame/machine.ts';
import { keep } from './frame/pages.ts';
import { markdown } from './frame/report.ts';
import type { Measured, Table } from './frame/row.ts';
import { Run } from './frame/run.ts';
import { families } from './rows/index.ts';
import { studies } from './tables/index.ts';

const ALL = [...families, ...studies];
const HELP = `Measures, and prints a table of what it found. Without names: everything, in about a quarter of an hour on two cores,
which should have nothing else to do.

Usage: npm run bench -- [NAME…] [--short] [--write]

  --short   few of everything: shows that all works, in a minute or two; the figures mean nothing, and are written as such
  --write   writes docs/performance.md and the README's figures from what was found; only of everything

Names, and what they measure:
${families
  .map(
    ({ name, rows }) =>
      `  ${name.padEnd(12)}${Object.values(rows)
        .map(({ what }) => what)
        .join(`\n${' '.repeat(14)}`)}`,
  )
  .join('\n')}
Tables of their own:
  ${studies.map(({ name }) => name).join(', ')}
`;

/** Measures what the arguments ask for, prints it, and gives the exit code. */
export async function cli(args: readonly string[]): Promise<number> {
  const options = toOptions(args);
  if (typeof options === 'string') {
    console.error(`${options} What there is: npm run bench -- --help`);
    return 2;
  }
  if (options.help) {
    console.log(HELP);
    return 0;
  }
  const chosen = ALL.filter(({ name }) => options.names.length === 0 || options.names.includes(name));
  const figures: Record<string, Measured> = {};
  const tables: Record<string, Table> = {};
  const stopped = stopping();
  const machine = thisMachine();
  let failed = 0;
  for (const [index, each] of chosen.entries()) {
    if (stopped.isStopped()) break;
    const say = (text: string) => console.error(`[${index + 1} of ${chosen.length}] ${each.name}: ${text}`);
    const run = new Run(options.short, say);
    stopped.begin(run);
    say('begins');
    try {
      if ('rows' in each) {
        const measured = await each.measure(run);
        for (const key of Object.keys(each.rows)) figures[`${each.name}.${key}`] = measured[key] as Measured;
      } else tables[each.name] = await each.measure(run);
    } catch (error) {
      if (stopped.isStopped()) continue;
      failed += 1;
      console.error(`${each.name} failed:`, error);
    } finally {
      await run.close();
    }
  }
  const result = { isShort: options.short, machine, figures, tables };
  if (Object.keys({ ...figures, ...tables }).length > 0) console.log(markdown(result));
  if (stopped.isStopped()) {
    console.error(
      'Stopped: everything that was started has ended, and what was measured until then is shown',
    );
    return 130;
  }
  if (options.write && failed > 0) console.error('Nothing was written: not everything could be measured');
  else if (options.write) keep(result);
  return failed > 0 ? 1 : 0;
}

interface Options {
  readonly names: readonly string[];
  readonly short: boolean;
  readonly write: boolean;
  readonly help: boolean;
}

/** What is asked for, or why it cannot be. */
function toOptions(args: readonly string[]): Options | string {
  const flag = { type: 'boolean', default: false } as const;
  try {
    const { values, positionals: names } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { short: flag, write: flag, help: flag },
    });
    const unknown = names.find((name) => !ALL.some((each) => each.name === name));
    if (unknown !== undefined) return `There is nothing named ${unknown} to measure.`;
    if (values.write && names.length > 0)
      return '--write writes what documents claim: it wants everything measured in one run, without names.';
    return { ...values, names };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Ends what is being measured when the person at the terminal, or who runs this, says so. */
function stopping() {
  let isStopped = false;
  let current: Run | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      isStopped = true;
      void current?.close();
    });
  return {
    begin(run: Run): void {
      current = run;
    },
    isStopped: () => isStopped,
  };
}
