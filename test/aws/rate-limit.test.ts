import { expect, test } from 'vitest';
import { createRateLimiter } from '../../src/aws/rate-limit.ts';
import { createHandClock } from '../support/hand-clock.ts';

/** A limiter on a hand clock; `grants` lists who was let through, and when in milliseconds. */
function setUp(perSecond: number) {
  const clock = createHandClock();
  const limit = createRateLimiter(clock, perSecond);
  const grants: [who: string, at: number][] = [];
  const ask = (who: string, signal?: AbortSignal) =>
    limit(signal).then(() => void grants.push([who, clock.monotonic()]));
  return { clock, grants, ask };
}

test('one second’s worth at once, then one by one, first come first served', async () => {
  const { clock, grants, ask } = setUp(4);
  for (const who of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) void ask(who);
  await clock.advance(0);
  expect(grants.map(([who]) => who)).toEqual(['a', 'b', 'c', 'd']);
  await clock.advance(10_000);
  expect(grants.slice(4)).toEqual([
    ['e', 250],
    ['f', 500],
    ['g', 750],
  ]);
});

test('no more than the rate in the long run, whenever callers come', async () => {
  const { clock, grants, ask } = setUp(10);
  for (let i = 0; i < 200; i += 1) {
    void ask(String(i));
    await clock.advance(17);
  }
  await clock.advance(60_000);
  expect(grants).toHaveLength(200);
  expect(grants.map(([who]) => Number(who))).toEqual([...Array(200).keys()]);
  for (const [i, [, at]] of grants.entries()) {
    const inSecondAfter = grants.slice(i).filter(([, other]) => other < at + 1000).length;
    expect(inSecondAfter).toBeLessThanOrEqual(20);
  }
  const [, first] = grants[0] ?? ['', 0];
  const [, last] = grants[199] ?? ['', 0];
  expect(last - first).toBeGreaterThanOrEqual(((200 - 10) / 10) * 1000 - 1);
});

test('a rate below one a second', async () => {
  const { clock, grants, ask } = setUp(0.5);
  void ask('a');
  void ask('b');
  await clock.advance(5000);
  expect(grants).toEqual([
    ['a', 0],
    ['b', 2000],
  ]);
});

test('an aborted waiter leaves at once, and costs the others nothing', async () => {
  const { clock, grants, ask } = setUp(1);
  const abort = new AbortController();
  void ask('a');
  const gone = ask('b', abort.signal).catch((reason: unknown) => reason);
  void ask('c');
  abort.abort('enough');
  expect(await gone).toBe('enough');
  await clock.advance(5000);
  expect(grants).toEqual([
    ['a', 0],
    ['c', 1000],
  ]);
});

test('a signal aborted before is refused without waiting', async () => {
  const { ask } = setUp(1);
  await expect(ask('a', AbortSignal.abort('late'))).rejects.toBe('late');
});
