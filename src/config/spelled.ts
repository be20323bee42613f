import { type Document, isScalar, visit } from 'yaml';

/** A value that YAML takes for something else than text (a number, true, a date), and how it is spelled in the file. */
export class Spelled {
  readonly value: unknown;
  readonly text: string;

  constructor(value: unknown, text: string) {
    this.value = value;
    this.text = text;
  }
}

/** Gives each value of a document that is neither text nor null its spelling, and makes text of all keys, in place. */
export function spell(document: Document): void {
  visit(document, {
    Scalar(key, node) {
      const { value, source } = node;
      if (typeof value === 'string' || value === null || typeof value === 'symbol') return;
      const text = value instanceof Uint8Array ? Buffer.from(value).toString() : (source ?? String(value));
      node.value = key === 'key' || value instanceof Uint8Array ? text : new Spelled(value, text);
    },
    Pair(_, { key }) {
      if (isScalar(key) && key.value === null) key.value = '';
    },
  });
}
