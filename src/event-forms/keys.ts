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
export function toKeys(json: string): readonly Key[] {
  const keys: Key[] = [];
  /** The keys so far of each object or array around this place, from the outermost in. */
  const around: Set<string>[] = [];
  let last = '';
  let outermost: string | undefined;
  for (let at = 0; at < json.length; at += 1) {
    const character = json[at];
    if (character === '"') {
      const end = endOfText(json, at);
      last = json.slice(at, end);
      at = end - 1;
    } else if (character === '{' || character === '[') around.push(new Set());
    else if (character === '}' || character === ']') around.pop();
    else if (character === ':') {
      const name = toName(last);
      const own = around.at(-1);
      const isOutermost = around.length === 1;
      keys.push({ name, within: isOutermost ? undefined : outermost, isRepeated: own?.has(name) === true });
      own?.add(name);
      if (isOutermost) outermost = name;
    }
  }
  return keys;
}

/** Where the text ends whose first quote is here. */
function endOfText(json: string, from: number): number {
  for (let at = from + 1; at < json.length; at += 1) {
    if (json[at] === '\\') at += 1;
    else if (json[at] === '"') return at + 1;
  }
  return json.length;
}

function toName(text: string): string {
  return text.includes('\\') ? JSON.parse(text) : text.slice(1, -1);
}
