/** A key in a text of JSON. */
export interface Key {
  /** As JSON.parse reads it, however it is written. */
  readonly name: string;
  /** The outermost object's key that it stands within; undefined for those keys themselves. */
  readonly within: string | undefined;
  /** Whether its object has it already. */
  readonly isRepeated: boolean;
}

/** Every key of valid JSON, at every depth, in the order of the text. */
export function* toKeys(json: string): Generator<Key> {
  /** The keys so far of each object or array around the token, from the outermost in. */
  const around: Set<string>[] = [];
  let last = '';
  let outermost: string | undefined;
  for (const [token] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]/g)) {
    if (token === '{' || token === '[') around.push(new Set());
    else if (token === '}' || token === ']') around.pop();
    else if (token !== ':') last = token;
    else {
      const name: string = JSON.parse(last);
      const keys = around.at(-1);
      const isOutermost = around.length === 1;
      yield { name, within: isOutermost ? undefined : outermost, isRepeated: keys?.has(name) === true };
      keys?.add(name);
      if (isOutermost) outermost = name;
    }
  }
}
