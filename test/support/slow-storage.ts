import type { Storage } from '../../src/storage/storage.ts';

/** A storage on a slow disk: `wait` comes before every write and every append, which take their lines only then. */
export function slowStorage(storage: Storage, wait: () => Promise<void>): Storage {
  return {
    families: storage.families,
    list: (folder) => storage.list(folder),
    read: (name, format) => storage.read(name, format),
    async write(name, format, lines) {
      await wait();
      await storage.write(name, format, lines);
    },
    readJournal: (name) => storage.readJournal(name),
    async append(name, lines) {
      await wait();
      await storage.append(name, lines);
    },
    reject: (name, reason) => storage.reject(name, reason),
    remove: (name) => storage.remove(name),
    removeSetAside: (folder) => storage.removeSetAside(folder),
    problem: () => storage.problem(),
    close: () => storage.close(),
  };
}
