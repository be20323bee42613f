interface Count {
  withId: number;
  withoutId: number;
}

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

  /** Notes a row of an endpoint, undefined where it does not say of which; nothing but its being there is known of one that is not readable. */
  note(endpointId: string | undefined, hasId: boolean, isReadable: boolean): void {
    count(this.#all, hasId);
    if (endpointId !== undefined) {
      const own = this.#ofEndpoints.get(endpointId) ?? { withId: 0, withoutId: 0 };
      this.#ofEndpoints.set(endpointId, own);
      count(own, hasId);
    } else if (isReadable) count(this.#unnamed, hasId);
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
