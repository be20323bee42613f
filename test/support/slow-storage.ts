import type { Storage } from '../../src/storage/storage.ts';

/** A storage on a slow disk: `wait` comes before every write and every append, which take their lines only then. */
export function slowStorage(storage: Storage, wait: () => Promise<void>): Storage {
  return {
    families: storage.families,
    list: (folder) => storage.list(folder),
    read: (...args) => storage.read(...args),
    readContent: (...args) => storage.readContent(...args),
    async write(name, format, lines) {
      await wait();
      await storage.write(name, format, lines);
    },
    readJournal: (...args) => storage.readJournal(...args),
    async append(name, lines) {
      await wait();
      await storage.append(name, lines);
    },
    reject: (...args) => storage.reject(...args),
    tellMissing: (...args) => storage.tellMissing(...args),
    isMissing: (name) => storage.isMissing(name),
    remove: (name) => storage.remove(name),
    removeSetAside: (folder) => storage.removeSetAside(folder),
    problem: () => storage.problem(),
    unsaved: () => storage.unsaved(),
    close: () => storage.close(),
  };
}
