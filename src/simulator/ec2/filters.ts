import { listParam } from '../wire/query.ts';
import { type Call, Refusal } from '../wire/service.ts';

/** What a filter looks at in an item: one text, several, or none. */
type Looked = string | readonly string[] | undefined;

/** What a listing may be narrowed by: filters by name, where `tag:` stands for any name that begins so and gets the rest of it. */
export type Filters<T> = Readonly<Record<string, (item: T, rest: string) => Looked>>;

/** The filters of a call as it names them, each with the values of which one has to match. */
export type Asked = readonly (readonly [name: string, values: readonly string[]])[];

/** Reads the filters of a call; throws a refusal for one that is not known. */
export function readFilters<T>(known: Filters<T>, params: Call['params']): Asked {
  const numbers = new Set(Object.keys(params).flatMap((key) => /^Filter\.(\d+)\./.exec(key)?.[1] ?? []));
  return [...numbers].map((number) => {
    const name = params[`Filter.${number}.Name`] ?? '';
    if (!Object.hasOwn(known, keyOf(name))) throw invalidValue(name, 'Filter', 'It is not a known filter.');
    return [name, listParam(params, `Filter.${number}.Value`)];
  });
}

/** Whether an item passes every filter; values may have the wildcards `*` and `?`, and `\` before one that is meant itself. */
export function createMatch<T>(known: Filters<T>, asked: Asked): (item: T) => boolean {
  const tests = asked.map(([name, values]) => {
    const patterns = values.map(toPattern);
    const key = keyOf(name);
    return (item: T) => {
      const looked = [known[key]?.(item, name.slice(key.length))].flat();
      return looked.some((text) => text !== undefined && patterns.some((pattern) => pattern.test(text)));
    };
  });
  return (item) => tests.every((test) => test(item));
}

/** A parameter has a value that EC2 does not take. */
export function invalidValue(value: string, param: string, hint: string): Refusal {
  const message = `Value ( ${value} ) for parameter ${param} is invalid. ${hint}`;
  return new Refusal(400, 'InvalidParameterValue', message);
}

const keyOf = (name: string) => /^[^:]+:/.exec(name)?.[0] ?? name;

function toPattern(value: string): RegExp {
  const source = value.replace(/\\([\s\S])|([\s\S])/g, (_, escaped?: string, char?: string) => {
    if (char === '*') return '[^]*';
    if (char === '?') return '[^]';
    return (escaped ?? char ?? '').replace(/[^\w\s]/g, '\\$&');
  });
  return new RegExp(`^${source}$`);
}
