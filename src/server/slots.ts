import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../core/clock.ts';

/** How many requests are answered at a time, and who hears of it when there are more. */
export interface SlotsOptions {
  /** 0: any number. */
  readonly max: number;
  readonly clock: Clock;
  /** Hears, each time that one more asks, who has taken them, the most first. */
  onFull(holders: readonly Holder[]): void;
}

/** An address, and how many slots it has taken. */
export interface Holder {
  readonly address: string;
  readonly slots: number;
}

/** The only answer of an address is let be for so long, however many others wait. */
const PATIENCE_MS = 1_000;

interface Slot {
  readonly address: string;
  readonly response: ServerResponse;
  /** On the monotonic clock; undefined while the answer is being made. */
  waitsSince: number | undefined;
}

/**
 * Lets so many requests through at a time, each until its connection has taken the whole answer. When all slots are taken, one more takes
 * that of the answer that waits longest for its reader, whose connection is cut, at the address that has the most; without one it is refused.
 */
export function slots<Response extends ServerResponse>(
  { max, clock, onFull }: SlotsOptions,
  refuse: (response: Response) => void,
): (request: IncomingMessage, response: Response, next: () => void) => void {
  const taken = new Set<Slot>();
  return (request, response, next) => {
    // Who gave up before their turn came would never give their slot back.
    if (response.destroyed) return;
    if (max > 0 && taken.size >= max) {
      const holders = holdersOf(taken);
      onFull(holders);
      const slow = slowest(taken, holders, clock.monotonic());
      if (!slow) return refuse(response);
      taken.delete(slow);
      slow.response.socket?.destroy();
    }
    const slot: Slot = {
      address: request.socket.remoteAddress ?? 'unknown',
      response,
      waitsSince: undefined,
    };
    taken.add(slot);
    response.once('prefinish', () => {
      if (!taken.delete(slot)) return;
      slot.waitsSince = clock.monotonic();
      taken.add(slot);
    });
    response.once('close', () => taken.delete(slot));
    next();
  };
}

/** How many slots each address has taken, the most first. */
function holdersOf(taken: ReadonlySet<Slot>): readonly Holder[] {
  const counts = new Map<string, number>();
  for (const { address } of taken) counts.set(address, (counts.get(address) ?? 0) + 1);
  return [...counts].map(([address, slots]) => ({ address, slots })).sort((a, b) => b.slots - a.slots);
}

/** Honest scrapers have one at a time: it is cut for what others do only when its own reader is slow too. */
function slowest(taken: ReadonlySet<Slot>, holders: readonly Holder[], now: number): Slot | undefined {
  for (const { address, slots } of holders) {
    // Those that wait stand in the order in which they began to.
    const first = [...taken].find((slot) => slot.address === address && slot.waitsSince !== undefined);
    if (first?.waitsSince === undefined) continue;
    if (slots > 1 || now - first.waitsSince >= PATIENCE_MS) return first;
  }
  return undefined;
}
