import { expect, test } from 'vitest';
import { takeVariables, toActivated } from '../../src/server/activation.ts';

const NONE = 'no socket activation file descriptors found';
const PID = 4711;

test('what systemd says is taken out of the environment, and nothing else is', () => {
  const env: Record<string, string | undefined> = { PATH: '/bin', LISTEN_FDS: '1', LISTEN_PID: '4711' };
  expect(takeVariables(env)).toEqual({ LISTEN_FDS: '1', LISTEN_PID: '4711', LISTEN_FDNAMES: undefined });
  expect(env).toEqual({ PATH: '/bin' });
});

test.each([
  [{}, `${NONE}: start it by a .socket unit`],
  [{ LISTEN_FDS: '1' }, `${NONE}: start it by a .socket unit`],
  [
    { LISTEN_FDS: '1', LISTEN_PID: '12' },
    `${NONE}: they are for process 12 (LISTEN_PID), and this is process 4711`,
  ],
  [{ LISTEN_FDS: '0', LISTEN_PID: '4711' }, `${NONE}: LISTEN_FDS is "0"`],
  [{ LISTEN_FDS: 'two', LISTEN_PID: '4711' }, `${NONE}: LISTEN_FDS is "two"`],
  [{ LISTEN_FDS: '1', LISTEN_PID: '4711', LISTEN_FDNAMES: 'intakes' }, 'a descriptor named "intakes"'],
  [{ LISTEN_FDS: '1', LISTEN_PID: '4711', LISTEN_FDNAMES: 'connection' }, 'and Accept= no'],
])('%j gives no sockets, and says why', (variables, words) => {
  expect(() => toActivated(variables, PID)).toThrow(words);
});

test('a descriptor that is a file or is not there is told', () => {
  const variables = { LISTEN_FDS: '9999', LISTEN_PID: '4711' };
  expect(() => toActivated(variables, PID)).toThrow(
    /^socket activation gave descriptor \d+, which is no socket$/,
  );
});
