import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ListedIds } from '../../../src/collectors/websocket/columns/listed-ids.ts';
import { Entries } from '../../../src/collectors/websocket/registry/entries.ts';
import { Postings } from '../../../src/collectors/websocket/registry/postings.ts';
import { Registry } from '../../../src/collectors/websocket/registry/registry.ts';
import { contentsOf, copyOf, createRegistryDisk, entriesOf, START } from '../../support/registry-disk.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Enough for a posting to take several steps. */
const MANY = 9_000;
const LISTING = { endpointId: 'api.example.com/prod', source: 'file', detail: '/ids' } as const;

/** Ids from one number up to another; every third began two hours ago and more. */
function listed(from: number, to: number): ListedIds {
  const ids = new ListedIds();
  for (let n = from; n < to; n += 1) ids.add(`id${n}=`, n % 3 === 0 ? START - 3 * HOUR : undefined);
  return ids;
}

test('a posting is done in steps, and comes to the same in one', () => {
  const [stepped, whole] = [new Entries(), new Entries()];
  const [one, other] = [new Registry('listing', stepped), new Registry('listing', whole)];
  for (const [at, ids] of [
    [START, listed(0, MANY)],
    [START + 5 * MINUTE, listed(MANY / 2, 2 * MANY)],
  ] as const) {
    let steps = 0;
    for (const _ of one.posting({ ids, beganAt: at }, at)) steps += 1;
    other.post({ ids, beganAt: at }, at);
    expect(steps).toBeGreaterThan(4);
  }
  expect([one.state(), entriesOf(stepped)]).toEqual([other.state(), entriesOf(whole)]);
});

test('a crash or a restart in the middle of a posting loses nothing and counts nothing twice, once it is posted again', async () => {
  const after = async (stepsDone: number, learned: readonly number[]) => {
    const truth = new Registry('listing');
    const { registries, folder } = await createRegistryDisk();
    const { registry } = await registries.open(LISTING);
    for (const each of [truth, registry]) {
      each.post({ ids: listed(0, MANY), beganAt: START }, START);
      each.learn(
        learned.map((n) => [`id${n}=`, { status: 'gone' }]),
        START + MINUTE,
      );
    }
    await registries.flush();
    const at = START + 10 * MINUTE;
    const steps = registry
      .posting({ ids: listed(MANY / 2, MANY + 2_000), beganAt: at }, at)
      [Symbol.iterator]();
    for (let n = 0; n < stepsDone; n += 1) steps.next();
    await registries.flush();
    const next = await createRegistryDisk(copyOf(folder));
    const opened = await next.registries.open(LISTING);
    for (const each of [truth, opened.registry])
      each.post({ ids: listed(MANY / 2, MANY + 2_000), beganAt: at }, at);
    expect(opened.registry.state()).toEqual(truth.state());
    expect([opened.registry.size, opened.registry.open]).toEqual([truth.size, truth.open]);
    expect(Object.keys(contentsOf(opened).entries)).toHaveLength(truth.size);
  };
  await fc.assert(fc.asyncProperty(fc.nat(20), fc.uniqueArray(fc.nat(MANY - 1), { maxLength: 5 }), after), {
    numRuns: 12,
  });
});

test('while a first listing is posted half, none counts as read whole', () => {
  const registry = new Registry('listing');
  const steps = registry.posting({ ids: listed(0, MANY), beganAt: START }, START)[Symbol.iterator]();
  steps.next();
  expect([registry.size > 0, registry.state().listedAt]).toEqual([true, undefined]);
  while (!steps.next().done);
  expect(registry.state().listedAt).toBe(START);
});

test('look-ups between the steps of a posting are taken in, and an id that it lacks is not missed', () => {
  const registry = new Registry('listing');
  registry.post({ ids: listed(0, MANY), beganAt: START }, START);
  const { missed } = registry.counters();
  const at = START + 10 * MINUTE;
  const steps = registry.posting({ ids: listed(3_000, MANY), beganAt: at }, at);
  for (const _ of steps)
    registry.learn(
      [
        ['id1=', { status: 'gone' }],
        ['id8000=', { status: 'gone' }],
      ],
      at + 1,
    );
  const later = at + 5 * MINUTE;
  registry.post({ ids: listed(3_000, MANY), beganAt: later }, later);
  // Only of id8000= did no removal come.
  expect(registry.counters().missed - missed).toBe(1);
});

test('what listings tell is posted one after another, whoever else has a turn meanwhile', async () => {
  const registry = new Registry('listing');
  const postings = new Postings(registry);
  let at = START;
  const clock = { now: () => at };
  await postings.post({ ids: listed(0, MANY), beganAt: at }, clock);
  registry.learn([['id1=', { status: 'gone' }]], START);
  const { missed } = registry.counters();
  at += 10 * MINUTE;
  const said: string[] = [];
  const posted = postings
    .post({ ids: listed(3_000, MANY), beganAt: at }, clock)
    .then(() => said.push('posted'));
  const confirmed = postings.confirm(clock).then(() => said.push('confirmed'));
  setImmediate(() => said.push('somebody else'));
  await Promise.all([posted, confirmed]);
  expect(said).toEqual(['somebody else', 'posted', 'confirmed']);
  // It was removed before the listing was confirmed.
  expect(registry.counters().missed).toBe(missed);
});
