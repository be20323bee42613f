import type { Reporter } from 'vitest/node';
import { howToGet } from './programs.ts';

/** Says at the end of a run how many tests were skipped for want of a real program, and how to get it. */
export const skippedReporter: Reporter = {
  onTestRunEnd(modules) {
    const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')]);
    const lacking = skipped.flatMap(({ name }) => / \[needs ([^\]]+)\]$/.exec(name)?.[1] ?? []);
    if (lacking.length === 0) return;
    const programs = [...new Set(lacking.flatMap((names) => names.split(', ')))];
    console.log(`${lacking.length} tests were skipped because this machine lacks ${programs.join(', ')}.`);
    console.log(`To run them too: ${howToGet(programs)}\n`);
  },
};
