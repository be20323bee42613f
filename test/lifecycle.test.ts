import { expect, test } from 'vitest';
import { Releases } from '../src/app/lifecycle.ts';
import { createHandClock } from './support/hand-clock.ts';

const never = new Promise<void>(() => {});

test('what was acquired is released once, the latest first, one after the other', async () => {
  const released: string[] = [];
  const releases = new Releases(createHandClock());
  for (const name of ['first', 'second', 'third'])
    releases.add(name, async () => {
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
  releases.add('it', () => void released.push('first'));
  releases.add('it', () => Promise.reject(new Error('no second')));
  releases.add('it', () => {
    throw new Error('no third');
  });
  await expect(releases.close()).rejects.toMatchObject({
    errors: [new Error('no third'), new Error('no second')],
  });
  expect(released).toEqual(['first']);
});

test('one that hangs is left behind after four seconds, and the rest is released', async () => {
  const clock = createHandClock();
  const released: string[] = [];
  const releases = new Releases(clock);
  releases.add('it', () => void released.push('first'));
  releases.add('it', () => never);
  releases.add('it', () => void released.push('third'));
  let isOver = false;
  const closing = releases.close().finally(() => {
    isOver = true;
  });
  closing.catch(() => {});
  await clock.advance(3_999);
  expect(isOver).toBe(false);
  expect(released).toEqual(['third']);
  await clock.advance(1);
  await expect(closing).rejects.toMatchObject({
    errors: [new Error('it did not end within 4 s of all, and was left behind')],
  });
  expect(released).toEqual(['third', 'first']);
});

test('several that hang take no longer than one', async () => {
  const clock = createHandClock();
  const releases = new Releases(clock);
  for (let n = 0; n < 3; n++) releases.add('it', () => never);
  const closing = expect(releases.close()).rejects.toThrow(AggregateError);
  await clock.advance(4_000);
  await closing;
  expect(clock.monotonic()).toBe(4_000);
});
