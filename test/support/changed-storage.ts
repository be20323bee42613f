import type { Storage } from '../../src/storage/storage.ts';

/** The storage with some of its methods replaced. */
export function changed(storage: Storage, change: Partial<Storage>): Storage {
  return {
    families: storage.families,
    list: (folder) => storage.list(folder),
    read: (...args) => storage.read(...args),
    readContent: (...args) => storage.readContent(...args),
    write: (name, format, lines) => storage.write(name, format, lines),
    readJournal: (...args) => storage.readJournal(...args),
    append: (name, lines) => storage.append(name, lines),
    reject: (...args) => storage.reject(...args),
    tellMissing: (...args) => storage.tellMissing(...args),
    isMissing: (name) => storage.isMissing(name),
    remove: (name) => storage.remove(name),
    removeSetAside: (folder) => storage.removeSetAside(folder),
    problem: () => storage.problem(),
    unsaved: () => storage.unsaved(),
    close: () => storage.close(),
    ...change,
  };
}

/** A promise, and what resolves it. */
export function gate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open: () => open() };
}
