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
  /** How many processes there were before the one that saw it. */
  readonly process: number;
}

/** What ought to be shown of a connection that was just listed. */
export interface Shown {
  readonly status: string;
  readonly readings: readonly (bigint | undefined)[];
  /** The row whose names and times ought to be shown; undefined when only an earlier process saw it. */
  readonly row: ModelRow | undefined;
}

const TWO_HOURS_MS = 7_200_000;

/** What a ledger ought to count: it keeps every listing and works all figures out anew, one life of one connection at a time. */
export class LedgerModel {
  readonly #listings: {
    readonly listedMs: number;
    readonly rows: readonly ModelRow[];
    readonly process: number;
  }[] = [];
  #process = 0;

  /** A complete listing, each connection once, so much listed time after the one before. */
  list(rows: readonly ModelRow[], elapsedMs: number): void {
    const listedMs = (this.#listings.at(-1)?.listedMs ?? 0) + elapsedMs;
    this.#listings.push({ listedMs, rows, process: this.#process });
  }

  /** Another process goes on from what is on disk. */
  restart(): void {
    this.#process += 1;
  }

  /** What ought to be shown of each connection of the last listing. */
  shown(): Map<string, Shown> {
    const figures: Figures = { opened: 0, transitions: new Map(), totals: new Map(), durations: [] };
    return new Map(
      (this.#listings.at(-1)?.rows ?? []).map(({ id }) => {
        const { process, ...shown } = tell(this.#livesOf(id).at(-1) ?? [], figures);
        return [id, { ...shown, row: process === this.#process ? shown.row : undefined }];
      }),
    );
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
    for (const [index, { listedMs, rows, process }] of this.#listings.entries()) {
      const row = rows.find((one) => one.id === id);
      if (row) {
        lackingSince = undefined;
        lives.at(-1)?.push({ row, opening: index === 0, process });
      } else {
        lackingSince ??= listedMs;
        if (listedMs - lackingSince >= TWO_HOURS_MS) lives.push([]);
      }
    }
    return lives.filter((life) => life.length > 0);
  }
}

/** Adds what one life of one connection ought to count; what ought to be shown of it in the end. */
function tell(
  life: readonly Sighting[],
  { transitions, totals, durations }: Figures,
): Shown & { readonly process: number | undefined } {
  const opening = life[0]?.opening === true;
  const balance: (bigint | undefined)[] = [undefined, undefined, undefined, undefined];
  let status: string | undefined;
  let latest = Number.NEGATIVE_INFINITY;
  let endIsTold = false;
  let told: Sighting | undefined;
  for (const sighting of life) {
    const { row, opening: isOpeningRow } = sighting;
    const isOver = tellsEnd(row);
    if (!isOver && (row.updatedAt ?? Number.POSITIVE_INFINITY) < latest) continue;
    const wasOver = told !== undefined && tellsEnd(told.row);
    for (const [counter, reading] of row.readings.entries()) {
      if (reading === undefined) continue;
      const before = balance[counter];
      const isSmaller = before !== undefined && reading < before;
      if ((isOver || wasOver) && isSmaller) continue;
      balance[counter] = reading;
      if (opening && before === undefined) continue;
      credit(totals, status ?? 'active', counter, isSmaller ? reading : reading - (before ?? 0n));
    }
    latest = Math.max(latest, row.updatedAt ?? latest);
    if (wasOver && !isOver) continue;
    if (row.status !== status && !isOpeningRow)
      transitions.set(row.status, (transitions.get(row.status) ?? 0) + 1);
    status = row.status;
    told = sighting;
    if (status !== 'terminated' || endIsTold) continue;
    const lasted = lifetime(row);
    if (!isOpeningRow && lasted !== undefined) durations.push(lasted);
    endIsTold = isOpeningRow || lasted !== undefined;
  }
  return { status: status ?? '', readings: balance, row: told?.row, process: told?.process };
}

/** Whether a row says that its connection is over for good. */
export function tellsEnd({ status, establishedAt, endedAt }: ModelRow): boolean {
  return status === 'terminated' && endedAt !== undefined && endedAt >= (establishedAt ?? endedAt);
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
    const ends = [first, second].filter(tellsEnd);
    const newer = ends.length === 1 && ends[0] ? ends[0] : firstIsNewer ? first : second;
    return [{ ...newer, updatedAt: newer.updatedAt ?? first.updatedAt ?? second.updatedAt, readings }];
  });
}
