/** So that nobody can choose ids that all fall into one bucket. */
const [SEED = 0] = crypto.getRandomValues(new Int32Array(1));
const FIRST_BUCKETS = 8;

/**
 * Finds rows by the hash of their id. It grows by one bucket with each row (linear hashing, W. Litwin, 1980), so that no addition, however many
 * rows there are, has to move more than a few. Links are rows plus one; 0 is none.
 */
export class HashIndex {
  #heads: Uint32Array<ArrayBuffer>;
  #buckets: number;
  /** The smallest power of two that is no less than the buckets, less one. */
  #mask: number;
  /** Of each row the link after it in its bucket, and beside it its hash. */
  #links: Uint32Array<ArrayBuffer>;
  #size = 0;

  /** An index with room for so many rows. */
  constructor(rows: number) {
    this.#buckets = Math.max(FIRST_BUCKETS, rows);
    this.#mask = 2 ** Math.ceil(Math.log2(this.#buckets)) - 1;
    this.#heads = new Uint32Array(this.#mask + 1);
    this.#links = new Uint32Array(2 * (this.#mask + 1));
  }

  /** The first row that has this hash; -1 if there is none. */
  first(hash: number): number {
    return this.#withHash(hash, this.#heads[this.#bucketOf(hash)] ?? 0);
  }

  /** The next row after this one that has the same hash. */
  after(row: number, hash: number): number {
    return this.#withHash(hash, this.#links[2 * row] ?? 0);
  }

  add(row: number, hash: number): void {
    if (2 * row >= this.#links.length) this.#links = grown(this.#links, 2 * (row + 1));
    this.#links[2 * row + 1] = hash;
    this.#push(this.#bucketOf(hash), row);
    this.#size += 1;
    if (this.#size > this.#buckets) this.#split();
  }

  remove(row: number): void {
    const after = this.#links[2 * row] ?? 0;
    const bucket = this.#bucketOf(this.#links[2 * row + 1] ?? 0);
    let link = this.#heads[bucket] ?? 0;
    if (link === row + 1) this.#heads[bucket] = after;
    for (; link !== 0; link = this.#links[2 * (link - 1)] ?? 0)
      if (this.#links[2 * (link - 1)] === row + 1) this.#links[2 * (link - 1)] = after;
    this.#size -= 1;
  }

  clear(): void {
    this.#heads.fill(0);
    this.#size = 0;
  }

  #withHash(hash: number, from: number): number {
    let link = from;
    while (link !== 0 && this.#links[2 * link - 1] !== hash) link = this.#links[2 * link - 2] ?? 0;
    return link - 1;
  }

  #bucketOf(hash: number): number {
    const bucket = hash & this.#mask;
    return bucket < this.#buckets ? bucket : bucket & (this.#mask >>> 1);
  }

  #push(bucket: number, row: number): void {
    this.#links[2 * row] = this.#heads[bucket] ?? 0;
    this.#heads[bucket] = row + 1;
  }

  /** Shares the rows of the next bucket in turn out between it and a new one. */
  #split(): void {
    if (this.#buckets > this.#mask) {
      this.#mask = this.#mask * 2 + 1;
      this.#heads = grown(this.#heads, this.#mask + 1);
    }
    const source = this.#buckets & (this.#mask >>> 1);
    this.#buckets += 1;
    let link = this.#heads[source] ?? 0;
    this.#heads[source] = 0;
    while (link !== 0) {
      const row = link - 1;
      link = this.#links[2 * row] ?? 0;
      this.#push(this.#bucketOf(this.#links[2 * row + 1] ?? 0), row);
    }
  }
}

/** A copy that is twice as long, or so long at least. */
function grown(from: Uint32Array, least: number): Uint32Array<ArrayBuffer> {
  const to = new Uint32Array(Math.max(least, from.length * 2));
  to.set(from);
  return to;
}

/** The hash of four words, another one in each process. */
export function hash(w0: number, w1: number, w2: number, w3: number): number {
  let h = mixed(SEED, w0);
  h = mixed(h, w1);
  h = mixed(h, w2);
  h = mixed(h, w3);
  return (h ^ (h >>> 16)) >>> 0;
}

function mixed(h: number, word: number): number {
  const next = Math.imul(h ^ word, 0x9e3779b1);
  return Math.imul(next ^ (next >>> 15), 0x85ebca6b);
}
