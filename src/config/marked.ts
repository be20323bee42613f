import { type Marked, markedKeys } from '../fields/marks.ts';
import { configSchema } from './schema.ts';

/** A text at a marked key of a configuration. */
export interface MarkedText {
  readonly mark: Marked;
  readonly at: readonly PropertyKey[];
  /** What `text` stands in, under `key`. */
  readonly around: Record<string, unknown>;
  readonly key: string;
  readonly text: string;
}

let known: readonly Marked[] | undefined;

/** Each text of a configuration that stands at a marked key and is not empty. */
export function markedTexts(data: unknown): readonly MarkedText[] {
  known ??= markedKeys(configSchema);
  return known.flatMap((mark) => {
    const key = mark.keys.at(-1) ?? '';
    return [...valuesAt(data, mark.keys.slice(0, -1))].flatMap(({ at, value }) => {
      const text = isMapping(value) ? value[key] : undefined;
      if (!isMapping(value) || typeof text !== 'string' || text === '') return [];
      return [{ mark, at: [...at, key], around: value, key, text }];
    });
  });
}

/** What stands at these keys, `*` being every item of a list. */
function* valuesAt(
  value: unknown,
  [key, ...rest]: readonly string[],
  at: readonly PropertyKey[] = [],
): Iterable<{ readonly at: readonly PropertyKey[]; readonly value: unknown }> {
  if (key === undefined) yield { at, value };
  else if (key !== '*' && isMapping(value)) yield* valuesAt(value[key], rest, [...at, key]);
  else if (key === '*' && Array.isArray(value))
    for (const [index, item] of value.entries()) yield* valuesAt(item, rest, [...at, index]);
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
