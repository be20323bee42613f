import { z } from 'zod';
import { configSchema } from './schema.ts';

/** The part of JSON Schema (draft 2020-12) that the schema of the configuration uses. */
export interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
  /** Mappings of which `type` chooses one. */
  readonly oneOf?: readonly JsonSchema[];
  readonly propertyNames?: { readonly enum?: readonly string[] };
  readonly [keyword: string]: unknown;
}

/** The JSON Schema of the configuration file, with which editors complete and check it. */
export function configJsonSchema(): JsonSchema {
  const { $schema, ...schema } = z.toJSONSchema(configSchema, { io: 'input' });
  return {
    $schema,
    $id: 'urn:aws-connections-exporter:config',
    title: 'Configuration of aws-connections-exporter',
    ...schema,
  } as JsonSchema;
}

let known: JsonSchema | undefined;

/** The keys that the schema knows in the mapping at `path` of `data`; empty where any key goes. */
export function keysAt(path: readonly PropertyKey[], data: unknown): readonly string[] {
  known ??= configJsonSchema();
  let at: JsonSchema | undefined = known;
  let value = data;
  for (const key of path) {
    at = typeof key === 'number' ? at?.items : at?.properties?.[String(key)];
    value = value instanceof Object ? Reflect.get(value, key) : undefined;
    at = chosen(at, value);
  }
  return at?.propertyNames?.enum ?? Object.keys(at?.properties ?? {});
}

function chosen(schema: JsonSchema | undefined, value: unknown): JsonSchema | undefined {
  const type: unknown = value instanceof Object ? Reflect.get(value, 'type') : undefined;
  return schema?.oneOf?.find(({ properties }) => properties?.type?.const === type) ?? schema;
}
