import type { Page } from '../../../core/columns/page.ts';
import type { Table } from '../../../core/columns/table.ts';
import { drawPlaces } from '../estimate/sample.ts';
import type { Youth } from './entry.ts';
import { CONNECTED, FIRST_SEEN, isOpen } from './entry-row.ts';

/** A sample of the ids that can be sampled, and how many can be. */
export interface Drawn {
  readonly population: number;
  readonly ids: readonly string[];
}

/** Pages of a step: a millisecond. */
const STEP = 64;

type Columns = Pick<Page, 'states' | 'numbers' | 'version'>;

/**
 * Draws from the open entries that are not too young, uniformly without replacement and in random order. In steps, between which anything may
 * happen: what changed since it was counted is counted anew in the last one, so that all is as of one moment.
 */
export function* drawing(
  table: Table,
  youth: Youth,
  size: number,
  random: () => number,
): Generator<void, Drawn> {
  const counted: { version: number; count: number }[] = [];
  const countAnew = function* () {
    let index = 0;
    for (const [, page] of table.pages()) {
      const { version } = page;
      if (counted[index]?.version !== version)
        counted[index] = { version, count: seek(page, youth, Number.POSITIVE_INFINITY).before };
      if (++index % STEP === 0) yield;
    }
  };
  yield* countAnew();
  for (const _ of countAnew());
  const population = counted.reduce((sum, { count }) => sum + count, 0);
  const places = drawPlaces(population, size, random);
  return { population, ids: idsAt(places, table, counted, youth) };
}

/** The ids in these places among all that can be drawn. */
function idsAt(
  places: readonly number[],
  table: Table,
  counted: readonly { readonly count: number }[],
  youth: Youth,
): readonly string[] {
  const ids = new Map<number, string>();
  const sought = Float64Array.from(places).sort().values();
  let place = sought.next();
  let index = 0;
  let before = 0;
  for (const [from, page] of table.pages()) {
    const end = before + (counted[index++]?.count ?? 0);
    let found = BEGINNING;
    for (; !place.done && place.value < end; place = sought.next()) {
      found = seek(page, youth, place.value - before, found);
      ids.set(place.value, table.idAt(from + found.at));
    }
    before = end;
  }
  return places.map((one) => ids.get(one) ?? '');
}

/** A row of a page, and how many before it can be drawn. */
interface Found {
  readonly at: number;
  readonly before: number;
}

const BEGINNING: Found = { at: 0, before: 0 };

/** The row in front of which so many can be drawn, and which can be itself, from one found before on; the end of the page if there are fewer. */
function seek({ states, numbers }: Columns, { after, before }: Youth, nth: number, from = BEGINNING): Found {
  const firstSeen = numbers[FIRST_SEEN];
  const connected = numbers[CONNECTED] ?? firstSeen;
  let { at, before: count } = from;
  if (!firstSeen || !connected) return from;
  for (; at < states.length; at += 1) {
    if (!isOpen(states[at] ?? 0)) continue;
    let since = connected[at] ?? 0;
    if (Number.isNaN(since)) since = firstSeen[at] ?? 0;
    if (since > after && since < before) continue;
    if (count === nth) break;
    count += 1;
  }
  return { at, before: count };
}
