import { expect, test } from 'vitest';
import { simulateQueue } from './queue.ts';

type Queue = Awaited<ReturnType<typeof simulateQueue>>;

/** Resolves when so many receives have arrived. */
async function arrived({ simulator }: Queue, count: number): Promise<void> {
  while (simulator.requests().filter(({ action }) => action === 'ReceiveMessage').length < count)
    await new Promise((resolve) => setImmediate(resolve));
}

test('a receive that waits is answered with the next message', async () => {
  const rig = await simulateQueue();
  const waiting = rig.bodies({ WaitTimeSeconds: 20 });
  await arrived(rig, 1);
  rig.queues.send(rig.queue, 'at last');
  expect(await waiting).toEqual(['at last']);
});

test('a message that comes to light again ends the wait too', async () => {
  const rig = await simulateQueue({ waitSeconds: 20 });
  rig.queues.send(rig.queue, 'a');
  expect(await rig.bodies({ VisibilityTimeout: 10 })).toEqual(['a']);
  const waiting = rig.bodies();
  await arrived(rig, 2);
  rig.advance(10_000);
  expect(await waiting).toEqual(['a']);
});

test('a receive waits as long as it says by the clock of the world, and not longer', async () => {
  const rig = await simulateQueue();
  let isAnswered = false;
  const waiting = rig.ask('ReceiveMessage', { WaitTimeSeconds: 20 }).then((reply) => {
    isAnswered = true;
    return reply.body;
  });
  await arrived(rig, 1);
  rig.advance(19_999);
  await rig.counts();
  expect(isAnswered).toBe(false);
  rig.advance(1);
  expect(await waiting).toBe('{}');
});

test('a message that comes after the caller has left is left for the next one', async () => {
  const rig = await simulateQueue();
  const leaving = new AbortController();
  const waiting = rig.ask('ReceiveMessage', { WaitTimeSeconds: 20 }, {}, leaving.signal).catch(() => 'left');
  await arrived(rig, 1);
  leaving.abort();
  expect(await waiting).toBe('left');
  // The simulator hears of it a little later than we do: what it takes for a whole exchange is more than that.
  for (let n = 0; n < 3; n++) await rig.counts();
  rig.queues.send(rig.queue, 'a');
  expect(await rig.bodies({ WaitTimeSeconds: 1 })).toEqual(['a']);
});

test('closing the simulator ends those that wait', async () => {
  const rig = await simulateQueue();
  const waiting = rig.ask('ReceiveMessage', { WaitTimeSeconds: 20 }).catch(() => 'broken');
  await arrived(rig, 1);
  await rig.simulator.close();
  expect(await waiting).toBe('broken');
});
