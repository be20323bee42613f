import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createQueueWorld } from '../../../src/simulator/sqs/world.ts';

const HIDDEN_MS = 30_000;
const MOST = 3;

interface Model {
  now: number;
  /** By body: how often it was received, until when it is hidden, and whether it was deleted or given up. */
  readonly messages: Map<
    string,
    { received: number; visibleAt: number; state: 'there' | 'deleted' | 'dead' }
  >;
  /** The last handle of every message that was received. */
  readonly handles: Map<string, string>;
  readonly oldHandles: string[];
}

const move = fc.oneof(
  fc.record({ kind: fc.constant('send' as const) }),
  fc.record({ kind: fc.constant('receive' as const), limit: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant('delete' as const), pick: fc.nat() }),
  fc.record({ kind: fc.constant('delete by an old handle' as const), pick: fc.nat() }),
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 40_000 }) }),
);

test('a queue with a dead-letter queue goes as its model, move by move', () => {
  fc.assert(
    fc.property(fc.array(move, { maxLength: 60 }), (moves) => {
      const model: Model = { now: 0, messages: new Map(), handles: new Map(), oldHandles: [] };
      const world = createQueueWorld({ now: () => model.now });
      const dead = world.addQueue({ name: 'dead' });
      const redrive = { deadLetterTargetArn: dead.arn, maxReceiveCount: MOST };
      const queue = world.addQueue({ name: 'live', redrive });
      let sent = 0;
      for (const one of moves) {
        if (one.kind === 'send') {
          const body = `message ${sent++}`;
          world.send(queue, body);
          model.messages.set(body, { received: 0, visibleAt: model.now, state: 'there' });
        } else if (one.kind === 'wait') model.now += one.ms;
        else if (one.kind === 'delete') {
          const [body, handle] = [...model.handles][one.pick % (model.handles.size || 1)] ?? [];
          const message = model.messages.get(body ?? '');
          if (handle !== undefined && message) {
            expect(queue.delete(handle)).toBe(true);
            if (message.state === 'there') message.state = 'deleted';
          }
        } else if (one.kind === 'delete by an old handle') {
          const handle = model.oldHandles[one.pick % (model.oldHandles.length || 1)];
          if (handle !== undefined) expect(queue.delete(handle)).toBe(true);
        } else {
          const received = queue.receive(one.limit, HIDDEN_MS, model.now, (message) =>
            world.bury(queue, message),
          );
          expect(received.map(({ body }) => body)).toEqual(expected(model, one.limit));
          for (const { body, handle, receiveCount } of received) {
            const old = model.handles.get(body);
            if (old !== undefined) model.oldHandles.push(old);
            model.handles.set(body, handle);
            expect(receiveCount).toBe(model.messages.get(body)?.received);
          }
        }
        const there = [...model.messages].filter(([, { state }]) => state === 'there');
        expect(queue.bodies(model.now)).toEqual(there.map(([body]) => body));
        const visible = there.filter(([, { visibleAt }]) => visibleAt <= model.now).length;
        expect(queue.count(model.now)).toEqual({ visible, hidden: there.length - visible, delayed: 0 });
      }
      const buried = [...model.messages].filter(([, { state }]) => state === 'dead').map(([body]) => body);
      expect([...dead.bodies(model.now)].sort()).toEqual(buried.sort());
    }),
    { numRuns: 300 },
  );
});

/** What a receive hands out, by the model: the oldest that can be seen, those given up that stand before the last of them. */
function expected({ messages, now }: Model, limit: number): string[] {
  const handed: string[] = [];
  for (const [body, message] of messages) {
    if (handed.length === limit) break;
    if (message.state !== 'there' || message.visibleAt > now) continue;
    if (message.received === MOST) message.state = 'dead';
    else {
      message.received++;
      message.visibleAt = now + HIDDEN_MS;
      handed.push(body);
    }
  }
  return handed;
}
