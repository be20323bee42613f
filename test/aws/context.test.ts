import { AsyncResource } from 'node:async_hooks';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Context } from '../../src/aws/context.ts';

/** What Node.js notes of everything that is begun here, to know later where it came from. */
const noted = () => Object.getOwnPropertySymbols(new AsyncResource('anything')).length;

test('each work has its own value, also later and while others begin and end', async () => {
  const context = new Context<string>();
  const seen: unknown[] = [];
  const work = (turns: number) => async () => {
    for (let turn = 0; turn < turns; turn += 1) await setImmediate();
    seen.push(context.value);
  };
  await Promise.all([
    context.run('short', work(1)),
    context.run('long', work(5)),
    context.run('none', work(0)),
  ]);
  await context.run('again', work(2));
  expect(seen).toEqual(['none', 'short', 'long', 'again']);
  expect(context.value).toBeUndefined();
});

test('what fails is told as it is', async () => {
  const context = new Context<string>();
  await expect(context.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
});

test('when no work is under way any more, Node.js follows nothing for it', async () => {
  const context = new Context<string>();
  const before = noted();
  await Promise.allSettled([
    context.run('a', () => setImmediate(undefined)),
    context.run('b', () => Promise.reject(new Error('no'))),
  ]);
  expect(noted()).toBe(before);
});
