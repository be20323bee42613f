import { expect, test } from 'vitest';
import { createErrorLog } from '../../src/server/error-log.ts';
import { createHandClock } from '../support/hand-clock.ts';
import { createLogBook } from '../support/log-book.ts';

test('requests that fail are said once in ten minutes, whatever their paths, with how many since', async () => {
  const clock = createHandClock();
  const logger = createLogBook();
  const say = createErrorLog({ clock, logger }, 'It failed');
  for (let n = 0; n < 1_000; n += 1) say(`/${n}`, new Error('why'));
  await clock.advance(10 * 60_000);
  say('/last', new Error('why'));
  expect(logger.lines).toHaveLength(2);
  expect(logger.lines[0]).toContain(
    'error It failed (said at most every ten minutes) {"path":"/0","count":1',
  );
  expect(logger.lines[1]).toContain('{"path":"/last","count":1000');
});
