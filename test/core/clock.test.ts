import { expect, test } from 'vitest';
import { sleep } from '../../src/core/clock.ts';
import { createHandClock } from '../support/hand-clock.ts';

test('sleep ends when its time has passed, not before', async () => {
  const clock = createHandClock();
  let awake = false;
  void sleep(clock, 100).then(() => {
    awake = true;
  });
  await clock.advance(99);
  expect(awake).toBe(false);
  await clock.advance(1);
  expect(awake).toBe(true);
});

test("sleep rejects with the signal's reason at once, also when it was aborted before", async () => {
  const clock = createHandClock();
  const controller = new AbortController();
  const asleep = sleep(clock, 100, controller.signal);
  controller.abort(new Error('shutting down'));
  await expect(asleep).rejects.toThrow('shutting down');
  await expect(sleep(clock, 100, controller.signal)).rejects.toThrow('shutting down');
});
