import { once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { listen } from '../../src/server/listen.ts';
import { slots } from '../../src/server/slots.ts';
import { createHandClock } from '../support/hand-clock.ts';

test('whoever hung up before their turn takes no slot', async () => {
  const waiting: [IncomingMessage, ServerResponse][] = [];
  const { urls, close } = await listen(
    (...asked) => void waiting.push(asked),
    [{ host: '127.0.0.1', port: 0 }],
  );
  onTestFinished(close);
  const full: unknown[] = [];
  const take = slots(
    { max: 1, clock: createHandClock(), onFull: (holders) => full.push(holders) },
    (response: ServerResponse) => response.end('full'),
  );
  const gone = request(urls[0] ?? '', { agent: false }).end();
  gone.once('error', () => {});
  while (waiting.length === 0) await new Promise(setImmediate);
  const [first] = waiting;
  if (!first) throw new Error('nobody asked');
  gone.destroy();
  await once(first[1], 'close');
  take(...first, () => full.push('it was answered'));

  const asked = request(urls[0] ?? '', { agent: false }).end();
  while (waiting.length === 1) await new Promise(setImmediate);
  const second = waiting[1];
  if (!second) throw new Error('nobody asked');
  take(...second, () => second[1].end('answered'));
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  expect([await response.setEncoding('utf8').toArray(), full]).toEqual([['answered'], []]);
});
