import { expect, test } from 'vitest';
import { Releases } from '../src/lifecycle.ts';
import { createHandClock } from './support/hand-clock.ts';

const never = new Promise<void>(() => {});

test('what was acquired is released once, the latest first, one after the other', async () => {
  const released: string[] = [];
  const releases = new Releases(createHandClock());
  for (const name of ['first', 'second', 'third'])
    releases.add(async () => {
      released.push(`${name} begins`);
      await Promise.resolve();
      released.push(`${name} ends`);
    });
  await releases.close();
  await releases.close();
  expect(released).toEqual(
    ['third', 'second', 'first'].flatMap((name) => [`${name} begins`, `${name} ends`]),
  );
});

test('one that fails keeps no other from being released, and is told', async () => {
  const released: string[] = [];
  const releases = new Releases(createHandClock());
  releases.add(() => void released.push('first'));
  releases.add(() => Promise.reject(new Error('no second')));
  releases.add(() => {
    throw new Error('no third');
  });
  await expect(releases.close()).rejects.toMatchObject({
    message: 'shutting down',
    errors: [new Error('no third'), new Error('no second')],
  });
  expect(released).toEqual(['first']);
});

test('one that hangs is left behind after six seconds, and the rest is released', async () => {
  const clock = createHandClock();
  const released: string[] = [];
  const releases = new Releases(clock);
  releases.add(() => void released.push('first'));
  releases.add(() => never);
  releases.add(() => void released.push('third'));
  let isOver = false;
  const closing = releases.close().finally(() => {
    isOver = true;
  });
  closing.catch(() => {});
  await clock.advance(5_999);
  expect(isOver).toBe(false);
  expect(released).toEqual(['third']);
  await clock.advance(1);
  await expect(closing).rejects.toMatchObject({
    errors: [new Error('something does not end, and was left behind after 6 s')],
  });
  expect(released).toEqual(['third', 'first']);
});

test('several that hang take no longer than one', async () => {
  const clock = createHandClock();
  const releases = new Releases(clock);
  for (let n = 0; n < 3; n++) releases.add(() => never);
  const closing = expect(releases.close()).rejects.toThrow('shutting down');
  await clock.advance(6_000);
  await closing;
  expect(clock.monotonic()).toBe(6_000);
});
