import { expect, test } from 'vitest';
import { createFullLog } from '../../src/server/full-log.ts';
import { createHandClock } from '../support/hand-clock.ts';
import { createLogBook } from '../support/log-book.ts';

const taken = (what: string, slots: number) =>
  `warn All ${slots} ${what} that are answered at a time were taken when one more was asked for: ` +
  'the one that waits longest for its reader is cut, or the new one refused. ' +
  'Look what these addresses do (said at most every ten minutes)';

test('who takes all scrapes or pages is said once in ten minutes, with how often since', async () => {
  const clock = createHandClock();
  const logger = createLogBook();
  const say = createFullLog({ clock, logger });
  const holders = [
    { address: '10.0.0.5', slots: 38 },
    { address: '::1', slots: 2 },
  ];
  for (let n = 0; n < 7; n += 1) say('scrapes', holders);
  const many = Array.from({ length: 7 }, (_, n) => ({ address: `10.0.0.${n}`, slots: 1 }));
  say('pages', many);
  const from = '10.0.0.0 (1), 10.0.0.1 (1), 10.0.0.2 (1), 10.0.0.3 (1), 10.0.0.4 (1), 2 more';
  expect(logger.lines.splice(0)).toEqual([
    `${taken('scrapes', 40)} {"count":1,"from":"10.0.0.5 (38), ::1 (2)"}`,
    `${taken('pages', 7)} ${JSON.stringify({ count: 1, from })}`,
  ]);
  await clock.advance(10 * 60_000);
  say('scrapes', holders);
  expect(logger.lines).toEqual([`${taken('scrapes', 40)} {"count":7,"from":"10.0.0.5 (38), ::1 (2)"}`]);
});
