import { expect, test } from 'vitest';
import { Stopped } from '../../src/core/collector.ts';
import type { LogFields, Logger } from '../../src/core/logger.ts';
import { passFamilies } from '../../src/schedule/families.ts';
import { PassRunner } from '../../src/schedule/pass.ts';
import { createHandClock } from '../support/hand-clock.ts';

const START = Date.UTC(2026, 10, 22, 12);

/** A runner of a collector whose passes the test settles, with everything it says and publishes. */
function setUp(
  options: { collect?: (signal: AbortSignal) => Promise<void>; publish?: () => Promise<void> } = {},
) {
  const clock = createHandClock(START);
  const lines: string[] = [];
  const log = (level: string, fields: LogFields): Logger => {
    const at =
      (name: string) =>
      (message: string, more: LogFields = {}) => {
        lines.push(`${name} ${message} ${JSON.stringify({ ...fields, ...more })}`);
      };
    const child = (more: LogFields) => log(level, { ...fields, ...more });
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error'), child };
  };
  const passes: { signal: AbortSignal; resolve: () => void; reject: (error: unknown) => void }[] = [];
  let published = 0;
  const runner = new PassRunner({
    collector: 'client_vpn',
    collect: (signal) =>
      options.collect?.(signal) ??
      new Promise((resolve, reject) => {
        passes.push({ signal, resolve, reject });
      }),
    timeoutMs: 300_000,
    publish: () => {
      published += 1;
      return options.publish?.();
    },
    clock,
    logger: log('', {}),
  });
  return { clock, lines, passes, runner, published: () => published };
}

/** What is told of the passes, without what is told of their schedule. */
function values(runner: PassRunner): Record<string, number> {
  return Object.fromEntries(Object.entries(allValues(runner)).filter(([name]) => !SCHEDULE.has(name)));
}

const SCHEDULE: ReadonlySet<string> = new Set([
  'collector_overdue',
  'collector_interval_seconds',
  'collector_stale_after_seconds',
]);

function allValues(runner: PassRunner): Record<string, number> {
  const view = { ...runner.state(), intervalMs: 30_000, staleAfterMs: 600_000, isOverdue: false };
  const entries = passFamilies(() => [view]).flatMap((family) =>
    [...family.samples()].map(({ labels, value }) => {
      expect(labels).toEqual({ collector: 'client_vpn' });
      return [family.name.replace('aws_connections_exporter_', ''), value] as const;
    }),
  );
  return Object.fromEntries(entries);
}

test('what a schedule asks for is there at once, whether it is behind once a pass has begun', () => {
  const { runner } = setUp();
  const schedule = { collector_interval_seconds: 30, collector_stale_after_seconds: 600 };
  expect(allValues(runner)).toMatchObject(schedule);
  expect(allValues(runner)).not.toHaveProperty('collector_overdue');
  void runner.run('start');
  expect(allValues(runner)).toMatchObject({ ...schedule, collector_overdue: 0 });
});

test('before the first pass there are counters at 0 and no gauges of passes', () => {
  const { runner } = setUp();
  expect(values(runner)).toEqual({ passes_total: 0, passes_failed_total: 0, passes_skipped_total: 0 });
});

test('a pass that succeeds is timed, counted, logged in one line and published once', async () => {
  const { clock, lines, passes, runner, published } = setUp();
  const result = runner.run('start');
  expect(runner.state().startedAt).toBe(START);
  await clock.advance(1_500);
  passes[0]?.resolve();
  expect(await result).toBe(true);
  expect(values(runner)).toEqual({
    collector_success: 1,
    collector_duration_seconds: 1.5,
    collector_last_success_timestamp_seconds: START / 1_000 + 1.5,
    passes_total: 1,
    passes_failed_total: 0,
    passes_skipped_total: 0,
  });
  expect(runner.state().startedAt).toBeUndefined();
  expect(published()).toBe(1);
  expect(lines).toEqual([
    'info Pass succeeded {"collector":"client_vpn","trigger":"start","duration_seconds":1.5}',
  ]);
});

test('successes are news when they are the first, or come after a failure', async () => {
  const { lines, passes, runner } = setUp();
  for (const [index, isGood] of [true, true, false, true, true].entries()) {
    const pass = runner.run('schedule');
    if (isGood) passes[index]?.resolve();
    else passes[index]?.reject(new Error('denied'));
    await pass;
  }
  expect(lines.map((line) => line.replace(/ \{.*/, ''))).toEqual([
    'info Pass succeeded',
    'debug Pass succeeded',
    'error Pass failed',
    'info Pass succeeded',
    'debug Pass succeeded',
  ]);
});

test('an hour of passes that fail is two lines, and one when it is over', async () => {
  const { clock, lines, passes, runner } = setUp();
  for (let n = 0; n < 121; n += 1) {
    const pass = runner.run('schedule');
    passes[n]?.reject(new Error(`${n % 5} of 100 endpoints failed`));
    await pass;
    await clock.advance(30_000);
  }
  const pass = runner.run('schedule');
  passes[121]?.resolve();
  await pass;
  expect(lines).toEqual([
    'error Pass failed {"collector":"client_vpn","trigger":"schedule","duration_seconds":0,"error":"0 of 100 endpoints failed"}',
    'error Pass failed (still so) {"collector":"client_vpn","trigger":"schedule","duration_seconds":0,"error":"0 of 100 endpoints failed","times":121,"for_seconds":3600}',
    'info Pass succeeded {"collector":"client_vpn","trigger":"schedule","duration_seconds":0,"times":121,"for_seconds":3630}',
  ]);
});

test('passes that are skipped one after another are said once, and when it is over', async () => {
  const { lines, passes, runner } = setUp();
  const first = runner.run('start');
  for (let n = 0; n < 10; n += 1) await runner.run('schedule');
  passes[0]?.resolve();
  await first;
  const next = runner.run('schedule');
  passes[1]?.resolve();
  await next;
  expect(lines.map((line) => line.replace(/ \{.*/, ''))).toEqual([
    'warn Pass skipped: the one before it has not ended',
    'info Pass succeeded',
    'debug Pass succeeded',
    'info Passes are no longer skipped',
  ]);
  expect(runner.state().skipped).toBe(10);
});

test('a pass that fails is published too, tells its causes, and keeps the last success', async () => {
  const { clock, lines, passes, runner, published } = setUp();
  const first = runner.run('start');
  passes[0]?.resolve();
  await first;
  await clock.advance(30_000);
  const second = runner.run('schedule');
  passes[1]?.reject(
    new Error('3 of 7 endpoints failed', {
      cause: new AggregateError([new Error('throttled'), new Error('denied', { cause: 'no permission' })]),
    }),
  );
  expect(await second).toBe(false);
  expect(values(runner)).toMatchObject({
    collector_success: 0,
    collector_last_success_timestamp_seconds: START / 1_000,
    passes_total: 2,
    passes_failed_total: 1,
  });
  expect(published()).toBe(2);
  expect(runner.state().last?.error).toBe('3 of 7 endpoints failed: throttled: denied: no permission');
  expect(lines[1]).toContain('error Pass failed');
  expect(lines[1]).toContain('"error":"3 of 7 endpoints failed: throttled: denied: no permission"');
});

test('a collector that throws before its first await has failed like any other', async () => {
  const { runner } = setUp({
    collect: () => {
      throw new Error('broken');
    },
  });
  expect(await runner.run('start')).toBe(false);
  expect(runner.state().last?.error).toBe('broken');
});

test('a pass asked for while one is under way is skipped and counted, also while the first is published', async () => {
  let publish = () => {};
  const { clock, passes, runner } = setUp({ publish: () => new Promise((resolve) => (publish = resolve)) });
  const first = runner.run('start');
  expect(await runner.run('schedule')).toBe(false);
  passes[0]?.resolve();
  await clock.advance(0);
  expect(await runner.run('schedule')).toBe(false);
  expect(values(runner)).toEqual({ passes_total: 0, passes_failed_total: 0, passes_skipped_total: 2 });
  publish();
  expect(await first).toBe(true);
  expect(passes).toHaveLength(1);
});

test('the deadline aborts a pass, and what the collector says of it is told with the reason', async () => {
  const { clock, passes, runner } = setUp();
  const result = runner.run('schedule');
  await clock.advance(299_999);
  expect(passes[0]?.signal.aborted).toBe(false);
  await clock.advance(1);
  expect(passes[0]?.signal.aborted).toBe(true);
  passes[0]?.reject(new Error('2 of 2 endpoints failed', { cause: passes[0].signal.reason }));
  expect(await result).toBe(false);
  expect(runner.state().last?.error).toBe(
    'the pass took longer than its timeout of 300 s: 2 of 2 endpoints failed',
  );
});

test('a pass that resolves after its deadline has failed all the same', async () => {
  const { clock, passes, runner } = setUp();
  const result = runner.run('schedule');
  await clock.advance(301_000);
  passes[0]?.resolve();
  expect(await result).toBe(false);
  expect(runner.state().last?.error).toBe('the pass took longer than its timeout of 300 s');
});

test('a collector that ignores the abort is given up after the grace, and guarded until it ends', async () => {
  const { clock, lines, passes, runner, published } = setUp();
  const result = runner.run('schedule');
  await clock.advance(305_000);
  expect(await result).toBe(false);
  await runner.idle();
  expect(values(runner)).toMatchObject({
    collector_success: 0,
    collector_duration_seconds: 305,
    passes_failed_total: 1,
  });
  expect(published()).toBe(1);

  expect(await runner.run('schedule')).toBe(false);
  expect(values(runner)).toMatchObject({ passes_total: 1, passes_skipped_total: 1 });
  passes[0]?.resolve();
  await clock.advance(0);
  expect(published()).toBe(2);
  expect(lines.at(-1)).toContain('warn A pass that was given up has ended after all');

  const next = runner.run('schedule');
  passes[1]?.resolve();
  expect(await next).toBe(true);
});

test('abort ends the pass under way for the reason given, and idle waits for that', async () => {
  const { clock, passes, runner } = setUp();
  const result = runner.run('schedule');
  let idle = false;
  const waiting = runner.idle().then(() => {
    idle = true;
  });
  await clock.advance(1_000);
  runner.abort(new Error('the exporter is shutting down'));
  expect(idle).toBe(false);
  passes[0]?.reject(passes[0].signal.reason);
  await waiting;
  expect(await result).toBe(false);
  expect(runner.state().last?.error).toBe('the exporter is shutting down');
});

test('a pass that is stopped is published and logged, and counts as none', async () => {
  const { clock, lines, passes, runner, published } = setUp();
  const first = runner.run('start');
  passes[0]?.resolve();
  await first;
  const before = values(runner);
  await clock.advance(30_000);
  const second = runner.run('schedule');
  runner.abort(new Stopped('the configuration is reloaded'));
  passes[1]?.reject(new Error('1 of 1 endpoints failed'));
  expect(await second).toBe(false);
  expect(values(runner)).toEqual(before);
  expect(runner.state()).toMatchObject({ startedAt: undefined, last: { success: true, endedAt: START } });
  expect(published()).toBe(2);
  expect(lines.at(-1)).toBe(
    'info Pass stopped {"collector":"client_vpn","trigger":"schedule","duration_seconds":0,"reason":"the configuration is reloaded"}',
  );
});

test('a pass that had ended well before it was stopped counts as none all the same', async () => {
  const { passes, runner } = setUp();
  const result = runner.run('start');
  runner.abort(new Stopped('the exporter is shutting down'));
  passes[0]?.resolve();
  expect(await result).toBe(false);
  expect(values(runner)).toEqual({ passes_total: 0, passes_failed_total: 0, passes_skipped_total: 0 });
});

test('a collector that does not stop when told to is stuck until it ends', async () => {
  const { clock, lines, passes, runner } = setUp();
  const result = runner.run('schedule');
  expect(runner.isStuck).toBe(false);
  runner.abort(new Stopped('the configuration is reloaded'));
  await clock.advance(4_999);
  expect(runner.isStuck).toBe(false);
  await clock.advance(1);
  expect(await result).toBe(false);
  expect(runner.isStuck).toBe(true);
  expect(values(runner)).toMatchObject({ passes_total: 0, passes_failed_total: 0 });
  expect(lines.at(-1)).toContain(
    'info Pass stopped {"collector":"client_vpn","trigger":"schedule","duration_seconds":5,' +
      '"reason":"the configuration is reloaded; the collector did not stop when told to"}',
  );
  passes[0]?.resolve();
  await clock.advance(0);
  expect(runner.isStuck).toBe(false);
});

test('abort and idle without a pass do nothing', async () => {
  const { runner } = setUp({ collect: async () => {} });
  runner.abort(new Error('nobody hears this'));
  await runner.idle();
  expect(await runner.run('start')).toBe(true);
});

test('what cannot be published is logged and does not fail the pass', async () => {
  const { lines, runner } = setUp({
    collect: async () => {},
    publish: async () => {
      throw new Error('out of memory');
    },
  });
  expect(await runner.run('start')).toBe(true);
  expect(lines.at(-1)).toBe(
    'error What a pass found could not be published {"collector":"client_vpn","error":"out of memory"}',
  );
});

test('timers do not outlive their pass', async () => {
  const { clock, passes, runner } = setUp();
  const first = runner.run('start');
  passes[0]?.resolve();
  await first;
  await clock.advance(299_000);
  const second = runner.run('schedule');
  await clock.advance(2_000);
  expect(passes[1]?.signal.aborted).toBe(false);
  passes[1]?.resolve();
  expect(await second).toBe(true);
});
