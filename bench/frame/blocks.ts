import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Run } from './run.ts';

/** Loaded into the exporter before it starts: answers each message with its longest block since the last one. */
export const BLOCK_MONITOR = `
import { monitorEventLoopDelay } from 'node:perf_hooks';
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
process.on('message', () => {
  process.send(delay.max / 1e6);
  delay.reset();
});
process.channel.unref();`;

/** The longest block of a program's event loop since it was asked before, in milliseconds. */
export async function longestBlockMs(run: Run, child: ChildProcess): Promise<number> {
  // A timer that finds a block must fire before the figure is read.
  await run.wait(50);
  child.send('look');
  const [longest] = await once(child, 'message');
  return longest;
}
