/** Where a key is named `__proto__`: what is made of a mapping has no room for it, and it would be left out without a word. */
export function* lostKeys(data: unknown, at: readonly PropertyKey[] = []): Iterable<readonly PropertyKey[]> {
  if (typeof data !== 'object' || data === null) return;
  for (const [key, value] of Object.entries(data)) {
    const keys = [...at, Array.isArray(data) ? Number(key) : key];
    if (key === '__proto__') yield keys;
    yield* lostKeys(value, keys);
  }
}
