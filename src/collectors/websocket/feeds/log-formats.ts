import type { Row, RowPlace } from '../../../event-forms/access-log-row.ts';

interface Count {
  withId: number;
  withoutId: number;
}

/** The place of a row of which nothing can be read. */
const NOWHERE: RowPlace = { apiId: undefined, stage: undefined, domain: undefined };

/** Whether the rows of a log group have connection ids, judged for each endpoint: each of its stages has a format of its own. */
export class LogFormats {
  readonly #ofEndpoints = new Map<string, Count>();
  /** Of rows that can be read, and do not say of which endpoint they are. */
  #unnamed: Count = { withId: 0, withoutId: 0 };
  #all: Count = { withId: 0, withoutId: 0 };

  /** How many rows there were. */
  get rows(): number {
    return this.#all.withId + this.#all.withoutId;
  }

  /** Notes a row, which is of the endpoint that `endpointOf` knows; of one that cannot be read nothing is known but that it is there. */
  note(row: Row, endpointOf: (place: RowPlace) => string | undefined): void {
    const place = row.is === 'event' ? row.event : row.place;
    const hasId = row.is === 'event' || row.hasId;
    const endpointId = endpointOf(place ?? NOWHERE);
    count(this.#all, hasId);
    if (endpointId !== undefined) {
      const own = this.#ofEndpoints.get(endpointId) ?? { withId: 0, withoutId: 0 };
      this.#ofEndpoints.set(endpointId, own);
      count(own, hasId);
    } else if (place) count(this.#unnamed, hasId);
  }

  /** How many rows of an endpoint, none of which has an id, there were; 0 if one has, or there were none. What may be of it stands in for rows that are. */
  blindRows(endpointId: string): number {
    const counts = [this.#ofEndpoints.get(endpointId), this.#unnamed, this.#all];
    const found = counts.find((one) => one !== undefined && one.withId + one.withoutId > 0);
    return found?.withId === 0 ? found.withoutId : 0;
  }

  /** Judges anew. */
  clear(): void {
    this.#ofEndpoints.clear();
    this.#unnamed = { withId: 0, withoutId: 0 };
    this.#all = { withId: 0, withoutId: 0 };
  }
}

function count(into: Count, hasId: boolean): void {
  if (hasId) into.withId += 1;
  else into.withoutId += 1;
}
