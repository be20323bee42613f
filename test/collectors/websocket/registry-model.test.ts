import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ListedIds } from '../../../src/collectors/websocket/columns/listed-ids.ts';
import { LookupTotals } from '../../../src/collectors/websocket/estimate/lookup-totals.ts';
import type { Outcome } from '../../../src/collectors/websocket/estimate/outcome.ts';
import { Entries } from '../../../src/collectors/websocket/registry/entries.ts';
import { Registry } from '../../../src/collectors/websocket/registry/registry.ts';
import {
  fromContent,
  REGISTRY_FORMAT,
  toContent,
} from '../../../src/collectors/websocket/registry/registry-file.ts';
import { takeLines, toBatch } from '../../../src/collectors/websocket/registry/registry-lines.ts';
import { candidatesOf } from '../../support/registry-disk.ts';
import { type RegistryStep, registryHistories } from '../../support/registry-histories.ts';
import { type Happening, type Picture, toPicture } from '../../support/registry-model.ts';

type Kind = 'events' | 'listing';

const START = Date.UTC(2026, 10, 22);

/** A registry with lines on a disk of which the last batch was just written. */
function createDesk(kind: Kind) {
  let base: Buffer | undefined;
  const journal: string[][] = [];
  let entries = new Entries();
  let registry = new Registry(kind, entries);
  return {
    registry: () => registry,
    /** A new process reads what the old one wrote. */
    async restart() {
      const state = {
        endpointId: 'api/prod',
        source: 'intake',
        generation: '0123456789abcdef',
        registry: registry.state(),
        totals: new LookupTotals().state(),
      };
      if (!base || journal.length === 3) {
        const all = entries.takeAll();
        base = Buffer.concat([...toContent(state, all)].map(toBytes));
        all.letGo();
        journal.length = 0;
      } else journal.push([...toBatch(state, entries.takeChanges())]);
      const saved = await fromContent(REGISTRY_FORMAT, base);
      entries = saved.entries;
      let last = saved.state;
      for (const batch of journal) last = await takeLines(entries, batch);
      entries.settle();
      registry = new Registry(kind, entries, last.registry);
    },
  };
}

function toBytes(part: string | Uint8Array): Uint8Array {
  return typeof part === 'string' ? Buffer.from(`${part}\n`) : part;
}

function toOutcome(status: Outcome['status'], connectedAt: number | undefined): Outcome {
  return status === 'alive' ? { status, connectedAt, lastActiveAt: undefined } : { status };
}

function apply(registry: Registry, happening: Happening): void {
  const { what, at } = happening;
  if (what === 'age') registry.age(at);
  else if (what === 'listing') registry.post({ ...happening, ids: new ListedIds(happening.ids) }, at);
  else if (what === 'outcomes') {
    const outcomes = happening.outcomes.map(
      ([id, status, connectedAt]) => [id, toOutcome(status, connectedAt)] as const,
    );
    registry.learn(outcomes, at);
  } else {
    const { id: connectionId, connectedAt } = happening;
    expect(registry.take({ type: what, connectionId, connectedAt }, at, () => true)).toBe('accepted');
  }
}

/** Takes a registry through a history, and compares it with the model after every step. */
async function follow(
  kind: Kind,
  steps: readonly RegistryStep[],
  seen: (picture: Picture) => void,
): Promise<void> {
  const desk = createDesk(kind);
  const happenings: Happening[] = [];
  let at = START;
  let before = { opened: 0, closed: 0, missed: 0 };
  for (const step of steps) {
    at += step.afterMs;
    if (step.kind === 'restart') await desk.restart();
    else {
      const happening = step.toHappening(at);
      happenings.push(happening);
      apply(desk.registry(), happening);
    }
    const picture = toPicture(happenings, kind, at);
    const { opened, closed, missed, remembered, sampleable, young } = picture;
    const registry = desk.registry();
    const candidates = candidatesOf(registry, at);
    expect(registry.counters()).toEqual({ opened, closed, missed });
    expect({ young: candidates.young, ids: [...candidates.ids].sort() }).toEqual({ young, ids: sampleable });
    expect([registry.size, registry.open]).toEqual([remembered.length, sampleable.length + young]);
    const fallen = Object.entries(before).filter(([name, was]) => picture[name as 'missed'] < was);
    expect(fallen).toEqual([]);
    before = { opened, closed, missed };
    seen(picture);
  }
}

test.each(['events', 'listing'] as const)(
  'whatever happens to a registry of %s, it is what all that ever happened makes of it, over restarts too',
  async (kind) => {
    let missed = 0;
    let young = 0;
    const follows = (steps: readonly RegistryStep[]) =>
      follow(kind, steps, (picture) => {
        missed = Math.max(missed, picture.missed);
        young = Math.max(young, picture.young);
      });
    await fc.assert(fc.asyncProperty(registryHistories(kind), follows), { numRuns: 500 });
    // The histories are such that there is something to count.
    expect([missed > 1, young > 1]).toEqual([true, true]);
  },
);

test('an id counts as missed once, however often it is found gone, listed, unlisted and listed again within two hours', () => {
  const once = (steps: readonly RegistryStep[]) => {
    const registry = new Registry('listing');
    let at = START;
    for (const step of steps) {
      at += Math.min(step.afterMs, 100_000);
      if (step.kind === 'happening') apply(registry, step.toHappening(at));
    }
    // Forty steps of at most 100 seconds: nothing was forgotten meanwhile.
    expect(registry.counters().missed).toBeLessThanOrEqual(4);
  };
  fc.assert(fc.property(registryHistories('listing'), once), { numRuns: 500 });
});
