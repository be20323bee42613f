import { expect, test } from 'vitest';
import { type AccountSource, type Resolved, resolveAccounts } from '../../src/aws/accounts.ts';
import { createHandClock } from '../support/hand-clock.ts';

const TARGETS = ['first', 'second'].map((name) => ({ name, region: 'eu-west-1' }));

/** Both targets' accounts being asked for; the test answers, and sees what is resolved. */
function ask() {
  const clock = createHandClock();
  const answers = new Map<string, { resolve(accountId: string): void; reject(error: Error): void }>();
  const source: AccountSource = {
    knownAccount: () => undefined,
    accountId: ({ name }) =>
      new Promise((resolve, reject) => {
        answers.set(name, { resolve, reject });
      }),
  };
  const resolved: Resolved[] = [];
  for (const promise of resolveAccounts(source, TARGETS, clock, new AbortController().signal))
    void promise.then((one) => resolved.push(one));
  return { clock, answers, resolved };
}

test('targets wait for each other, so that of two in one account the first comes first', async () => {
  const { clock, answers, resolved } = ask();
  answers.get('second')?.resolve('111122223333');
  await clock.advance(4_999);
  expect(resolved).toEqual([]);
  answers.get('first')?.resolve('111122223333');
  await clock.advance(0);
  expect(resolved.map(({ target }) => target.name)).toEqual(['first', 'second']);
});

test('after five seconds a slow target holds up nobody', async () => {
  const { clock, answers, resolved } = ask();
  answers.get('second')?.resolve('111122223333');
  await clock.advance(5_000);
  expect(resolved).toEqual([{ target: TARGETS[1], accountId: '111122223333' }]);
  answers.get('first')?.resolve('444455556666');
  await clock.advance(0);
  expect(resolved).toHaveLength(2);
});

test('a target whose account cannot be told says why, and takes no other down', async () => {
  const { clock, answers, resolved } = ask();
  answers.get('first')?.reject(new Error('no credentials'));
  answers.get('second')?.resolve('111122223333');
  await clock.advance(0);
  expect(resolved).toMatchObject([
    { accountId: undefined, error: expect.stringContaining('no credentials') },
    { accountId: '111122223333' },
  ]);
});
