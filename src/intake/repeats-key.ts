/**
 * Whether an object, as valid JSON, has one of its own keys twice, however it is written. A mapping template puts a client's query between
 * quotes, and a quote in the query can end them and add a second `connectionId`, which JSON.parse would let win.
 */
export function repeatsKey(json: string): boolean {
  const keys = new Set<string>();
  let depth = 0;
  let last = '';
  for (const [token] of json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]:]/g)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (token !== ':') last = token;
    else if (depth === 1) {
      const key: string = JSON.parse(last);
      if (keys.has(key)) return true;
      keys.add(key);
    }
  }
  return false;
}
