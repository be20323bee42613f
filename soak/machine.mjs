// Loaded before the program: a machine whose time runs fast and steps, whose disk fails, and that tells what the program holds.
import { readdirSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const RealDate = Date;
const realNow = RealDate.now;
const realPerformanceNow = performance.now.bind(performance);
const {
  setTimeout: realSetTimeout,
  clearTimeout: realClearTimeout,
  setInterval: realSetInterval,
} = globalThis;

let speed = Number(process.env.SOAK_SPEED);
const origin = Number(process.env.SOAK_ORIGIN);
let steppedMs = 0;
/** Since when time goes at this speed, and how far it had come by then. */
let since = { real: origin, elapsed: 0 };
const elapsed = () => since.elapsed + (realNow() - since.real) * speed;
let sinceMonotonic = { real: realPerformanceNow(), elapsed: 0 };
const monotonic = () => sinceMonotonic.elapsed + (realPerformanceNow() - sinceMonotonic.real) * speed;
const now = () => Math.floor(origin + elapsed() + steppedMs);

globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length === 0) super(now());
    else super(...given);
  }
  static now = now;
};
performance.now = monotonic;

const timers = new Set();
globalThis.setTimeout = (fn, ms = 0, ...args) => {
  const timer = realSetTimeout(() => {
    timers.delete(timer);
    fn(...args);
  }, ms / speed);
  timers.add(timer);
  return timer;
};
globalThis.clearTimeout = (timer) => {
  timers.delete(timer);
  realClearTimeout(timer);
};
globalThis.setInterval = (fn, ms, ...args) => realSetInterval(fn, ms / speed, ...args);

/** `ok`, `full`, `slow` or `hanging`; what hangs goes on as soon as it does not any more. */
let disk = 'ok';
const waiting = [];
const { open } = fs;
const isWrite = (flags) =>
  typeof flags === 'number' ? (flags & 3) !== 0 : flags !== undefined && flags !== 'r';
fs.open = async (path, flags, ...more) => {
  if (isWrite(flags)) {
    if (disk === 'full')
      throw Object.assign(new Error(`ENOSPC: no space left on device, open '${path}'`), { code: 'ENOSPC' });
    if (disk === 'slow') await new Promise((resolve) => realSetTimeout(resolve, 200));
    if (disk === 'hanging') await new Promise((resolve) => waiting.push(resolve));
  }
  return open(path, flags, ...more);
};
syncBuiltinESMExports();

process.on('message', (message) => {
  if (message.stepMs !== undefined) steppedMs += message.stepMs;
  if (message.speed !== undefined) {
    since = { real: realNow(), elapsed: elapsed() };
    sinceMonotonic = { real: realPerformanceNow(), elapsed: monotonic() };
    speed = message.speed;
  }
  if (message.disk !== undefined) {
    disk = message.disk;
    if (disk !== 'hanging') for (const go of waiting.splice(0)) go();
  }
  globalThis.gc();
  const { rss, heapUsed, external } = process.memoryUsage();
  const descriptors = readdirSync('/proc/self/fd').length;
  process.send({ rss, heap: heapUsed + external, descriptors, timers: timers.size });
});
process.channel.unref();
// Whoever soaks it is gone.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
