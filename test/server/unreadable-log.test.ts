import { expect, test } from 'vitest';
import { createLogger } from '../../src/app/log.ts';
import type { Unreadable } from '../../src/server/unreadable.ts';
import { createUnreadableLog } from '../../src/server/unreadable-log.ts';
import { createHandClock } from '../support/hand-clock.ts';

const unreadable = (kind: string): Unreadable => ({
  kind,
  status: 400,
  what: `It is ${kind}.`,
  remedy: 'Mend it.',
});

test('each kind is said once in ten minutes, with how many came since', async () => {
  const clock = createHandClock();
  const lines: string[] = [];
  const stream = { write: (line: string) => lines.push(line.trimEnd()) };
  const logger = createLogger({ level: 'info', format: 'logfmt', clock, stream });
  const say = createUnreadableLog({ clock, logger }, 'the intake', { metric: 'm' });
  const said = (kind: string, count: number, from = '10.0.0.1') =>
    `msg="A request to the intake could not be read. It is ${kind}. Mend it. (said at most every ten minutes)" ` +
    `kind=${kind} count=${count} from=${from} metric=m`;
  const heard = () => lines.splice(0).map((line) => line.replace(/^.*level=WARN /, ''));

  for (let n = 0; n < 6; n += 1) say(unreadable('tls'), '10.0.0.1');
  say(unreadable('http2'), '::1');
  expect(heard()).toEqual([said('tls', 1), said('http2', 1, '::1')]);
  await clock.advance(10 * 60_000 - 1);
  say(unreadable('tls'), '10.0.0.1');
  expect(heard()).toEqual([]);
  await clock.advance(1);
  say(unreadable('tls'), '10.0.0.1');
  say(unreadable('http2'), '::1');
  expect(heard()).toEqual([said('tls', 7), said('http2', 1, '::1')]);
  say(unreadable('tls'), undefined);
  await clock.advance(10 * 60_000);
  say(unreadable('tls'), '10.0.0.1');
  expect(heard()).toEqual([said('tls', 2)]);
});
