import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Which files of a folder were read or written by us, and which of them somebody else removed since. */
export class Presence {
  readonly #path: string;
  /** Files that were read or written and not removed by us. */
  readonly #known = new Set<string>();
  readonly #missing = new Set<string>();

  constructor(path: string) {
    this.#path = path;
  }

  /** Notes that a file is there. */
  see(name: string): void {
    this.#known.add(name);
    this.#missing.delete(name);
  }

  /** Notes that a file is no longer wanted. */
  forget(name: string): void {
    this.#known.delete(name);
    this.#missing.delete(name);
  }

  /** Whether it was not there when `look` looked, and was not seen since. */
  isMissing(name: string): boolean {
    return this.#missing.has(name);
  }

  /** Resolves to the files that are gone and were not before; `list` gives the names in a folder. */
  async look(list: (folder: string) => Promise<readonly string[]>): Promise<readonly string[]> {
    const known = [...this.#known];
    const there = new Set<string>();
    for (const folder of new Set(known.map((name) => dirname(name))))
      for (const name of await list(folder)) there.add(name);
    const gone: string[] = [];
    for (const name of known) {
      if (there.has(name) || this.#missing.has(name)) continue;
      // A listing may lack what is being renamed while it is read.
      const isThere = await stat(join(this.#path, name)).then(() => true, isSomethingElse);
      // What was removed by us meanwhile is known no more.
      if (!isThere && this.#known.has(name)) gone.push(name);
    }
    for (const name of gone) this.#missing.add(name);
    return gone;
  }
}

/** Whether something else is wrong with a file than that it is not there. */
function isSomethingElse(error: NodeJS.ErrnoException): boolean {
  return error.code !== 'ENOENT';
}
