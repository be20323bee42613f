/** What was acquired, released in reverse order; also when start-up fails half way. */
export class Releases {
  readonly #releases: (() => Promise<void> | void)[] = [];

  /** Remembers how to release what was just acquired. */
  add(release: () => Promise<void> | void): void {
    this.#releases.push(release);
  }

  /** Releases everything once, the latest first; rejects after all were tried when some failed. */
  async close(): Promise<void> {
    const errors: unknown[] = [];
    for (let release = this.#releases.pop(); release; release = this.#releases.pop()) {
      try {
        await release();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw new AggregateError(errors, 'shutting down');
  }
}

/** Runs `work`, and releases what it acquired whether it succeeds or not. */
export async function withReleases<T>(work: (releases: Releases) => Promise<T>): Promise<T> {
  const releases = new Releases();
  try {
    return await work(releases);
  } finally {
    await releases.close();
  }
}
