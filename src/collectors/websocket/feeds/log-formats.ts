import { ROW_NEEDS, type Row, type RowNeed, type RowPlace } from '../../../event-forms/access-log-row.ts';

/** What the rows of an access log lack, and how many of them in a row did. */
export interface TellsNothing {
  readonly lacks: RowNeed;
  readonly rows: number;
  /** Why the last of them could not be read, in words that repeat nothing of it. */
  readonly reason: string;
}

/** Rows that lack something, since the last that had it. */
interface Run {
  rows: number;
  reason: string;
  wasThere: boolean;
}

type Runs = Readonly<Record<RowNeed, Run>>;

/** So many rows, one after the other, tell that a format has lost what it had; one that was cut does not. */
const ENOUGH_ROWS = 3;

/** The place of a row of which nothing can be read. */
const NOWHERE: RowPlace = { apiId: undefined, stage: undefined, domain: undefined };
const NO_ID = 'it has no connection id';

/** Whether the newest rows of a log group tell who came and went, judged for each endpoint: each of its stages has a format of its own. */
export class LogFormats {
  readonly #ofEndpoints = new Map<string, Runs>();
  /** Of rows that do not say of which endpoint they are. */
  #unnamed: Runs | undefined;

  /** Notes a row, which is of the endpoint that `endpointOf` knows; of one that cannot be read nothing is known but that it is there. */
  note(row: Row, endpointOf: (place: RowPlace) => string | undefined): void {
    const place = (row.is === 'event' ? row.event : row.place) ?? NOWHERE;
    const endpointId = endpointOf(place);
    if (endpointId !== undefined) {
      const own = this.#ofEndpoints.get(endpointId) ?? newRuns();
      this.#ofEndpoints.set(endpointId, own);
      take(own, row);
    } else if (!isNamed(place)) {
      this.#unnamed ??= newRuns();
      take(this.#unnamed, row);
    }
  }

  /** What the newest rows of an endpoint lack, if it is no accident; rows that may be of it stand in where none is known to be. */
  troubleOf(endpointId: string): TellsNothing | undefined {
    const runs = this.#ofEndpoints.get(endpointId) ?? this.#unnamed;
    if (!runs) return undefined;
    const lacks = ROW_NEEDS.find((need) => isTrouble(runs[need]));
    return lacks && { lacks, rows: runs[lacks].rows, reason: runs[lacks].reason };
  }
}

function isNamed({ apiId, stage, domain }: RowPlace): boolean {
  return (apiId ?? stage ?? domain) !== undefined;
}

function isTrouble({ rows, wasThere }: Run): boolean {
  return rows >= (wasThere ? ENOUGH_ROWS : 1);
}

function newRuns(): Runs {
  const run = (): Run => ({ rows: 0, reason: '', wasThere: false });
  return { form: run(), connectionId: run(), eventType: run(), status: run() };
}

function take(runs: Runs, row: Row): void {
  const lacks = row.is === 'event' ? undefined : row.lacks;
  const isConnect = row.is === 'refused' || (row.is === 'event' && row.event.type === 'connect');
  for (const need of ROW_NEEDS) {
    if (need === lacks) {
      runs[need].rows += 1;
      runs[need].reason = row.is === 'unreadable' ? row.reason : NO_ID;
      return;
    }
    // Nothing but a connect must say how it went.
    if (need === 'status' && !isConnect) return;
    runs[need].rows = 0;
    runs[need].wasThere = true;
  }
}
