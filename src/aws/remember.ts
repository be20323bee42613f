/** `make` once for each key; a failure is forgotten, so that the next caller tries again. */
export function remember<A extends unknown[], T>(
  toKey: (...args: A) => string,
  make: (...args: A) => Promise<T>,
): (...args: A) => Promise<T> {
  const made = new Map<string, Promise<T>>();
  return (...args) => {
    const key = toKey(...args);
    const known = made.get(key);
    if (known) return known;
    const making = make(...args).catch((error: unknown) => {
      made.delete(key);
      throw error;
    });
    made.set(key, making);
    return making;
  };
}
