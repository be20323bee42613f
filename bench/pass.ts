import { startChild } from './children.ts';
import type { PassCost } from './measured.ts';
import { CONNECTIONS, startSimulated } from './simulated.ts';

/** A pass as the table shows it. */
export interface PassRow {
  readonly name: string;
  readonly cpuMicroseconds: number;
  readonly wallMs: number;
  readonly longestBlockMs: number;
  readonly peakMegabytes: number;
}

/** The opening pass of a fresh process, and those after it, between which every connection talks. */
export async function benchPass(): Promise<readonly PassRow[]> {
  const { url, simulated } = await startSimulated();
  const { child } = await startChild<string>('measured', [url]);
  const rows: PassRow[] = [];
  for (const name of ['first', 'second', 'third', 'fourth']) {
    const { cpuMs, ...cost } = await child.ask<PassCost>('pass');
    rows.push({ name, cpuMicroseconds: (cpuMs * 1000) / CONNECTIONS, ...cost });
    await simulated.ask('step');
  }
  child.stop();
  simulated.stop();
  return rows;
}
