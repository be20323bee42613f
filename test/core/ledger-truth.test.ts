import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toExact } from '../../src/core/exact.ts';
import { CounterLedger } from '../../src/core/ledger.ts';

type Event =
  | { readonly kind: 'connect' | 'list' | 'restart' }
  | { readonly kind: 'traffic'; readonly who: number; readonly bytes: bigint }
  | { readonly kind: 'end' | 'expire'; readonly who: number };

interface Client {
  readonly id: string;
  bytes: bigint;
  ended: boolean;
  endWasListed: boolean;
}

const who = fc.nat(9);
const event: fc.Arbitrary<Event> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ kind: 'connect' as const }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('traffic' as const), who, bytes: fc.bigInt(0n, 2n ** 60n) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constantFrom('end' as const, 'expire'), who }) },
  { weight: 3, arbitrary: fc.constantFrom({ kind: 'list' as const }, { kind: 'restart' as const }) },
);

/** Clients whose connections AWS counts and lists truly: without resets, and an ended one until its end has been listed. */
class World {
  /** All bytes that ever passed. */
  passed = 0n;
  #clients: Client[] = [];
  #connected = 0;

  happen(event: Event): void {
    if (event.kind === 'connect') {
      this.#connected += 1;
      const id = `cvpn-connection-${this.#connected}`;
      this.#clients.push({ id, bytes: 0n, ended: false, endWasListed: false });
    }
    if (!('who' in event)) return;
    const client = this.#clients[event.who % Math.max(this.#clients.length, 1)];
    if (!client) return;
    if (event.kind === 'end') client.ended = true;
    if (event.kind === 'expire' && client.endWasListed)
      this.#clients = this.#clients.filter((other) => other !== client);
    if (event.kind === 'traffic' && !client.ended) {
      client.bytes += event.bytes;
      this.passed += event.bytes;
    }
  }

  listTo(ledger: CounterLedger): void {
    ledger.begin(60_000);
    for (const client of this.#clients) {
      const status = client.ended ? 'terminated' : 'active';
      client.endWasListed = client.ended;
      const row = { status, updatedAt: undefined, readings: [toExact(String(client.bytes))] };
      ledger.post(client.id, row, client.ended);
    }
    ledger.end();
  }
}

test('without resets every byte that passes after the opening is counted once, as traffic of an active connection', () => {
  const isTrue = (events: readonly Event[]) => {
    const world = new World();
    let ledger = new CounterLedger(1, ['active', 'terminated']);
    let before: bigint | undefined;
    for (const event of [...events, { kind: 'list' } as const]) {
      world.happen(event);
      if (event.kind === 'restart') {
        const saved = structuredClone({ state: ledger.state(), entries: [...ledger.entries()] });
        ledger = new CounterLedger(1, ['active', 'terminated'], saved);
      }
      if (event.kind !== 'list') continue;
      world.listTo(ledger);
      before ??= world.passed;
      const { active, terminated } = ledger.state().totals;
      expect([active, terminated]).toEqual([[toExact(String(world.passed - before))], [0]]);
    }
  };
  fc.assert(fc.property(fc.array(event, { maxLength: 80, size: 'max' }), isTrue), { numRuns: 300 });
});
