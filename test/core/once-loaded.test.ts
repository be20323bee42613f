import { expect, test } from 'vitest';
import { onceLoaded } from '../../src/core/once-loaded.ts';

test('what was loaded is loaded once; what could not be is tried again for the next who asks', async () => {
  const answers = [Promise.reject(new Error('no such chunk')), Promise.resolve('loaded')];
  let loads = 0;
  const get = onceLoaded(() => answers[loads++] ?? Promise.reject(new Error('once too often')));
  const asked = [get(), get()];
  for (const each of asked) await expect(each).rejects.toThrow('no such chunk');
  expect(await Promise.all([get(), get()])).toEqual(['loaded', 'loaded']);
  expect([await get(), loads]).toEqual(['loaded', 2]);
});
