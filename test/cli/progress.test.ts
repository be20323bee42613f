import { expect, test } from 'vitest';
import { loggedProgress } from '../../src/cli/progress.ts';
import type { Logger } from '../../src/core/logger.ts';
import { createHandClock } from '../support/hand-clock.ts';

test('a listing that takes long is told of now and then; one that is quick never is, however often it comes and grows', async () => {
  const clock = createHandClock();
  const lines: unknown[] = [];
  const logger: Logger = {
    debug() {},
    info: (_message, fields) => lines.push(fields),
    warn() {},
    error() {},
    child: () => logger,
  };
  const { onPage } = loggedProgress(logger, clock);
  for (const size of [10, 11, 12, 13]) {
    onPage('quick', 0);
    onPage('quick', size);
    await clock.advance(30_000);
  }
  expect(lines).toEqual([]);

  onPage('long', 0);
  for (const size of [1_000, 2_000, 3_000]) {
    await clock.advance(6_000);
    onPage('long', size);
  }
  expect(lines).toEqual([{ endpoint_id: 'long', connections: 2_000 }]);
});
