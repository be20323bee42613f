import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { printTable } from '../bench/table.ts';
import { type Options, toOptions } from './options.ts';
import type { Given, Outcome, Target } from './target.ts';
import { targets } from './targets/index.ts';
import { fuzzAside, inTrial } from './trial.ts';

// Said once by the program too; here it would stand between the tables.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';

/** Where inputs are left for which something is wrong. */
const FOLDER = '.cache/fuzz-failed';

const [role, ...args] = process.argv.slice(2);
if (role === 'trial') await inTrial(named(args[0]), args.slice(1));
else process.exitCode = await main(toOptions(process.argv.slice(2)));

async function main(options: Options): Promise<number> {
  if (options.replay !== undefined) return replay(options.replay);
  const chosen = options.only === undefined ? targets : [named(options.only)];
  console.log(
    `node ${process.version}, seed ${options.seed}, ${options.seconds} s for ${chosen.length} targets\n`,
  );
  const outcomes: Outcome[] = [];
  for (const target of chosen) {
    const ms = (options.seconds * 1000) / chosen.length;
    const outcome = await fuzzAside(target.name, { seed: options.seed, ms });
    console.log(`${target.name}: ${outcome.runs} inputs${outcome.failed ? ', FAILED' : ''}`);
    outcomes.push(outcome);
  }
  console.log();
  printTable(
    'What was given to each, and for how much of it something is wrong',
    ['target', 'runs', 'inputs by kind', 'failures', 'seed'],
    outcomes.map(({ target, runs, kinds, failed }) => [
      target,
      String(runs),
      Object.entries(kinds)
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([kind, count]) => `${kind} ${count}`)
        .join(', '),
      failed ? '1' : '0',
      String(options.seed),
    ]),
  );
  const failed = outcomes.flatMap((outcome) => outcome.failed ?? []);
  for (const one of failed) tell(one, options.seed);
  return failed.length > 0 ? 1 : 0;
}

function tell({ fault, ...given }: NonNullable<Outcome['failed']>, seed: number): void {
  mkdirSync(FOLDER, { recursive: true });
  const file = `${FOLDER}/${given.target}-${seed}.json`;
  writeFileSync(file, `${JSON.stringify(given, undefined, 2)}\n`);
  const shown = JSON.stringify(given.input);
  console.log(
    `${given.target} failed (seed ${seed}, kind ${given.kind}):\n${fault}\n` +
      `The input, as small as it could be made: ${shown.length > 2_000 ? `${shown.slice(0, 2_000)}…` : shown}\n` +
      `Replay it: npm run fuzz -- --replay=${file}\n` +
      `Find it anew: npm run fuzz -- --only=${given.target} --seed=${seed}\n` +
      'Once it is mended, add the file to fuzz/once-failed.json.\n',
  );
}

async function replay(file: string): Promise<number> {
  const { target, input } = JSON.parse(readFileSync(file, 'utf8')) as Given;
  const fault = await named(target).replay(input);
  console.log(fault === undefined ? `${target}: nothing is wrong with it` : `${target} failed:\n${fault}`);
  return fault === undefined ? 0 : 1;
}

function named(name: string | undefined): Target {
  const found = targets.find((target) => target.name === name);
  if (!found)
    throw new Error(`there is no target ${name}; there are ${targets.map((one) => one.name).join(', ')}`);
  return found;
}
