import { toTag, type XmlReader } from './xml-reader.ts';

/** Reads the element on whose start tag the reader stands. */
export type Read<T> = (xml: XmlReader) => T;

const ITEM = toTag('item');

/** The text of an element. */
export const text: Read<string> = (xml) => xml.text();

/** The items of a list, each an element named `item`. */
export function list<T>(read: Read<T>): Read<T[]> {
  return (xml) => {
    const items: T[] = [];
    xml.children(() => (xml.isNamed(ITEM) ? items.push(read(xml)) : xml.skip()));
    return items;
  };
}

/** An object of the elements with these names; others are skipped. */
export function named<T extends object>(shape: { readonly [K in keyof T]-?: Read<T[K]> }): Read<T> {
  const fields = Object.entries<Read<unknown>>(shape).map(([key, read]) => ({ key, tag: toTag(key), read }));
  return (xml) => {
    const value: Record<string, unknown> = {};
    xml.children(() => {
      const field = fields.find(({ tag }) => xml.isNamed(tag));
      if (field) value[field.key] = field.read(xml);
      else xml.skip();
    });
    return value as T;
  };
}
