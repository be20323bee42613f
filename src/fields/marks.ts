import { z } from 'zod';
import { optionalText } from './fields.ts';

/** What a key is, beyond its type: whoever shows a configuration, or reads the files that it names, goes by these marks. */
export interface Mark {
  /**
   * Names a file, relative to the configuration: one that is `needed` must be readable, and not empty, when the configuration is read; one
   * that is `web` is in the format of `--web.config.file`, and must be good as that.
   */
  readonly file?: 'needed' | 'optional' | 'web';
  /** Is shown to nobody. */
  readonly secret?: true;
}

const marks = z.registry<Mark, z.ZodType>();

/** A schema, marked; the mark stays whatever is described or wrapped around it. */
export function mark<S extends z.ZodType>(schema: S, is: Mark): S {
  marks.add(schema, is);
  return schema;
}

/** The name of a file that must be readable when the configuration is read; null where it is left out. */
export function fileName() {
  return mark(optionalText(), { file: 'needed' });
}

/** A marked key: where it is, `*` standing for every item of a list, or for every key of a mapping. */
export interface Marked extends Mark {
  readonly keys: readonly string[];
}

/** Every marked key of a schema. */
export function markedKeys(schema: z.ZodType): readonly Marked[] {
  return [...walk(z.toJSONSchema(schema, { io: 'input', metadata: marks }) as Node, [])];
}

interface Node extends Mark {
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly anyOf?: readonly Node[];
  readonly oneOf?: readonly Node[];
}

function* walk(node: Node, keys: readonly string[]): Iterable<Marked> {
  const { file, secret, properties = {}, items, anyOf = [], oneOf = [] } = node;
  if (file !== undefined || secret !== undefined)
    yield { keys, ...(file !== undefined && { file }), ...(secret !== undefined && { secret }) };
  for (const [key, value] of Object.entries(properties)) yield* walk(value, [...keys, key]);
  if (items) yield* walk(items, [...keys, '*']);
  for (const one of [...anyOf, ...oneOf]) yield* walk(one, keys);
}
