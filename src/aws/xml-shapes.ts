import { LastText, type Tag, toTag, type XmlReader } from './xml-reader.ts';

/** Reads the element on whose start tag the reader stands. */
export type Read<T> = (xml: XmlReader) => T;

interface Field {
  readonly tag: Tag;
  readonly key: PropertyKey;
  readonly read: Read<unknown>;
}

const ITEM = toTag('item');

/** Text that often equals what stood in this place before (a status code, an endpoint id): one string serves both. */
export function text(): Read<string> {
  const last = new LastText();
  return (xml) => xml.text(last);
}

/** The items of a list, each an element named `item`. */
export function list<T>(read: Read<T>): Read<T[]> {
  return (xml) => {
    const items: T[] = [];
    xml.children([], () => (xml.isNamed(ITEM) ? items.push(read(xml)) : xml.skip()));
    return items;
  };
}

/** Fields by their key: the element's name and how to read it, in the order in which AWS sends them. */
export function struct<T extends object>(
  shape: { readonly [K in keyof T]-?: readonly [string, Read<T[K]>] },
): Read<T> {
  return reader(
    Object.entries<readonly [string, Read<unknown>]>(shape).map(([key, [name, read]]) => ({
      key,
      tag: toTag(name),
      read,
    })),
  );
}

/** The same where keys are the elements' names. */
export function named<T extends object>(shape: { readonly [K in keyof T]-?: Read<T[K]> }): Read<T> {
  return reader(Object.entries<Read<unknown>>(shape).map(([key, read]) => ({ key, tag: toTag(key), read })));
}

function reader<T extends object>(fields: readonly Field[]): Read<T> {
  const tags = fields.map((field) => field.tag);
  return (xml) => {
    const value: Record<PropertyKey, unknown> = {};
    xml.children(tags, (index) => {
      const field = index < 0 ? fields.find(({ tag }) => xml.isNamed(tag)) : fields[index];
      if (field) value[field.key] = field.read(xml);
      else xml.skip();
    });
    return value as T;
  };
}
