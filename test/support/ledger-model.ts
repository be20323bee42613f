/** One row of a listing, in plain terms: readings are undefined where they cannot be read, times where there are none. */
export interface ModelRow {
  readonly id: string;
  readonly status: string;
  readonly updatedAt: number | undefined;
  readonly readings: readonly (bigint | undefined)[];
  readonly establishedAt: number | undefined;
  readonly endedAt: number | undefined;
}

/** What is counted, in plain terms; statuses that never had traffic or were never entered are left out. */
export interface Figures {
  readonly opened: number;
  readonly transitions: Map<string, number>;
  readonly totals: Map<string, bigint[]>;
  /** Lifetimes observed, in milliseconds, ascending. */
  readonly durations: number[];
}

interface Sighting {
  readonly row: ModelRow;
  readonly opening: boolean;
}

const TWO_HOURS_MS = 7_200_000;

/** What a ledger ought to count: it keeps every listing and works all figures out anew, one life of one connection at a time. */
export class LedgerModel {
  readonly #listings: { readonly listedMs: number; readonly rows: readonly ModelRow[] }[] = [];

  /** A complete listing, each connection once, so much listed time after the one before. */
  list(rows: readonly ModelRow[], elapsedMs: number): void {
    this.#listings.push({ listedMs: (this.#listings.at(-1)?.listedMs ?? 0) + elapsedMs, rows });
  }

  /** All that ought to have been counted so far. */
  figures(): Figures {
    const figures: Figures = { opened: 0, transitions: new Map(), totals: new Map(), durations: [] };
    const ids = new Set(this.#listings.flatMap(({ rows }) => rows.map(({ id }) => id)));
    const lives = [...ids].flatMap((id) => this.#livesOf(id));
    for (const life of lives) tell(life, figures);
    const opened = lives.filter(([first]) => first?.opening === false).length;
    return { ...figures, opened, durations: figures.durations.sort((a, b) => a - b) };
  }

  /** The sightings of a connection, cut where it was forgotten. */
  #livesOf(id: string): Sighting[][] {
    const lives: Sighting[][] = [[]];
    let lackingSince: number | undefined;
    for (const [index, { listedMs, rows }] of this.#listings.entries()) {
      const row = rows.find((one) => one.id === id);
      if (row) {
        lackingSince = undefined;
        lives.at(-1)?.push({ row, opening: index === 0 });
      } else {
        lackingSince ??= listedMs;
        if (listedMs - lackingSince >= TWO_HOURS_MS) lives.push([]);
      }
    }
    return lives.filter((life) => life.length > 0);
  }
}

/** Adds what one life of one connection ought to count. */
function tell(life: readonly Sighting[], { transitions, totals, durations }: Figures): void {
  const opening = life[0]?.opening === true;
  const balance: (bigint | undefined)[] = [];
  let status: string | undefined;
  let latest = Number.NEGATIVE_INFINITY;
  let endIsTold = false;
  for (const { row, opening: isOpeningRow } of life) {
    if ((row.updatedAt ?? Number.POSITIVE_INFINITY) >= latest) {
      for (const [counter, reading] of row.readings.entries()) {
        if (reading === undefined) continue;
        const before = balance[counter];
        balance[counter] = reading;
        if (opening && before === undefined) continue;
        const isReset = before !== undefined && reading < before;
        credit(totals, status ?? 'active', counter, isReset ? reading : reading - (before ?? 0n));
      }
      if (row.status !== status && !isOpeningRow)
        transitions.set(row.status, (transitions.get(row.status) ?? 0) + 1);
      status = row.status;
      latest = row.updatedAt ?? latest;
    }
    if (status !== 'terminated' || endIsTold) continue;
    const lasted = lifetime(row);
    if (!isOpeningRow && lasted !== undefined) durations.push(lasted);
    endIsTold = isOpeningRow || lasted !== undefined;
  }
}

function credit(totals: Figures['totals'], status: string, counter: number, traffic: bigint): void {
  if (traffic === 0n) return;
  const ofStatus = totals.get(status) ?? [0n, 0n, 0n, 0n];
  totals.set(
    status,
    ofStatus.map((total, index) => (index === counter ? total + traffic : total)),
  );
}

function lifetime({ establishedAt, endedAt }: ModelRow): number | undefined {
  if (establishedAt === undefined || endedAt === undefined || endedAt < establishedAt) return undefined;
  return endedAt - establishedAt;
}

/** A listing with at most two rows of each connection, as the one listing of each connection that it amounts to. */
export function withoutDuplicates(rows: readonly ModelRow[]): ModelRow[] {
  return [...new Set(rows.map(({ id }) => id))].flatMap((id) => {
    const [first, second] = rows.filter((row) => row.id === id);
    if (!first || !second) return first ? [first] : [];
    const firstIsNewer =
      first.updatedAt !== undefined && second.updatedAt !== undefined && first.updatedAt > second.updatedAt;
    const readings = first.readings.map((one, counter) => {
      const both = [one, second.readings[counter]].filter((reading) => reading !== undefined);
      return both.length < 2 ? both[0] : both.reduce((a, b) => (a > b ? a : b));
    });
    const newer = firstIsNewer ? first : second;
    return [{ ...newer, updatedAt: newer.updatedAt ?? first.updatedAt, readings }];
  });
}
