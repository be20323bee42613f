import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ExpositionForm, Family } from '../../src/core/family.ts';
import { Snapshot } from '../../src/exposition/snapshot.ts';

function family(name: string, value: () => number, labels: Record<string, string> = {}): Family {
  return { name, help: 'Help.', type: 'gauge', labelNames: [], samples: () => [{ labels, value: value() }] };
}

function createSnapshot(kept: readonly Family[], live: readonly Family[], errors: string[] = []): Snapshot {
  return new Snapshot({ kept: () => kept, live: () => live, onFamilyError: (name) => errors.push(name) });
}

/** The lines of a scrape without comments and without this process's own. */
async function lines(snapshot: Snapshot, gzip = false, form: ExpositionForm = 'text'): Promise<string[]> {
  const bytes = Buffer.concat(await snapshot.scrape(form, gzip));
  const text = (gzip ? gunzipSync(bytes) : bytes).toString();
  return text.split('\n').filter((line) => line && !/^(#|process_|nodejs_)/.test(line));
}

test('kept families are as of the last rendering, live ones as of the scrape', async () => {
  let now = 1;
  const snapshot = createSnapshot([family('kept', () => now)], [family('live', () => now)]);
  expect(await lines(snapshot)).toEqual(['live 1']);
  await snapshot.render();
  now = 2;
  expect(await lines(snapshot)).toEqual(['kept 1', 'live 2']);
  expect(await lines(snapshot, true)).toEqual(['kept 1', 'live 2']);
  await snapshot.render();
  expect(await lines(snapshot, true)).toEqual(['kept 2', 'live 2']);
});

test('OpenMetrics is of the same rendering as text, and ends once, after what is live', async () => {
  let now = 1;
  let taken = 0;
  const kept = family('kept', () => {
    taken += 1;
    return now;
  });
  const snapshot = createSnapshot([kept], [family('live', () => now)]);
  await snapshot.render();
  now = 2;
  for (const gzip of [false, true]) {
    const bytes = Buffer.concat(await snapshot.scrape('openmetrics', gzip));
    const text = (gzip ? gunzipSync(bytes) : bytes).toString();
    expect(text).toMatch(/^# TYPE kept gauge\n# HELP kept Help\.\nkept 1\n# TYPE live gauge\n/);
    expect(text.indexOf('# EOF\n')).toBe(text.length - '# EOF\n'.length);
    expect(await lines(snapshot, gzip, 'openmetrics')).toEqual(await lines(snapshot, gzip));
  }
  expect(taken).toBe(1);
});

test('a scrape holds process metrics', async () => {
  const text = Buffer.concat(await createSnapshot([], []).scrape('text', false)).toString();
  expect(text).toMatch(/^process_start_time_seconds \d+/m);
});

test('renderings asked for at once are few, and the data as of the last call is rendered', async () => {
  let now = 0;
  let taken = 0;
  const snapshot = createSnapshot(
    [
      family('kept', () => {
        taken += 1;
        return now;
      }),
    ],
    [],
  );
  const renderings: Promise<void>[] = [];
  for (now = 1; now < 10; now += 1) renderings.push(snapshot.render());
  await renderings[0];
  expect(await lines(snapshot)).toEqual(['kept 1']);
  await Promise.all(renderings);
  expect(await lines(snapshot)).toEqual(['kept 10']);
  expect(taken).toBe(2);
});

test('a rendering that fails is told to those who asked for it, leaves the last one, and does not stop the next', async () => {
  let families = [family('kept', () => 1)];
  const snapshot = new Snapshot({ kept: () => families, live: () => [], onFamilyError: () => {} });
  await snapshot.render();
  families = [family('twin', () => 1), family('twin', () => 2)];
  const failing = [snapshot.render(), snapshot.render()];
  await expect(failing[0]).rejects.toThrow('two metric families are named twin');
  await expect(failing[1]).rejects.toThrow('two metric families are named twin');
  expect(await lines(snapshot)).toEqual(['kept 1']);
  families = [family('kept', () => 3)];
  await snapshot.render();
  expect(await lines(snapshot)).toEqual(['kept 3']);
});

test('a name used twice is refused at once, wherever the other one is', async () => {
  const twin = () => family('twin', () => 1);
  await expect(createSnapshot([twin()], [twin()]).render()).rejects.toThrow(
    'two metric families are named twin',
  );
  await expect(createSnapshot([], [twin(), twin()]).scrape('text', false)).rejects.toThrow('named twin');
  const own = family('process_open_fds', () => 1);
  await expect(createSnapshot([], [own]).scrape('text', true)).rejects.toThrow('named process_open_fds');
});

test('a gzipped exposition is whole without anything after what is kept', async () => {
  const snapshot = new Snapshot({
    kept: () => [family('kept', () => 1)],
    live: () => [],
    hidesProcess: true,
    onFamilyError: () => {},
  });
  await snapshot.render();
  expect(await lines(snapshot, true)).toEqual(['kept 1']);
});

test('families that throw are reported, kept ones by the rendering and live ones by the scrape', async () => {
  const errors: string[] = [];
  const broken = (name: string) =>
    family(name, () => {
      throw new Error('broken');
    });
  const snapshot = createSnapshot([broken('kept'), family('good', () => 1)], [broken('live')], errors);
  await snapshot.render();
  expect(errors).toEqual(['kept']);
  expect(await lines(snapshot)).toEqual(['good 1']);
  expect(errors).toEqual(['kept', 'live']);
});

test('gunzip gives the same, and OpenMetrics the same series, whatever is kept and live', async () => {
  const values = fc.array(fc.string({ unit: 'grapheme', maxLength: 300 }), { maxLength: 20 });
  const state: { kept: readonly string[]; live: readonly string[] } = { kept: [], live: [] };
  const list = (name: 'kept' | 'live'): Family => ({
    name,
    help: 'Help.',
    type: 'gauge',
    labelNames: ['user'],
    samples: () => state[name].map((user) => ({ labels: { user }, value: 1 })),
  });
  const snapshot = createSnapshot([list('kept')], [list('live')]);
  await fc.assert(
    fc.asyncProperty(values, values, async (kept, live) => {
      state.kept = kept;
      state.live = live;
      await snapshot.render();
      const plain = await lines(snapshot);
      expect(plain).toHaveLength(kept.length + live.length);
      expect(await lines(snapshot, true)).toEqual(plain);
      expect(await lines(snapshot, false, 'openmetrics')).toEqual(plain);
      expect(await lines(snapshot, true, 'openmetrics')).toEqual(plain);
    }),
  );
});
