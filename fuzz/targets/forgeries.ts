import fc from 'fast-check';

/** The id that is true, and one that somebody would have taken in its place. */
export const TRUE_ID = 'TrueId0123==';
export const EVIL_ID = 'EvilId0123==';

/** What a client puts between quotes to write on outside of them. */
export const FORGERIES: readonly string[] = [
  ...['"', '{', '}', '[', ']', ':', ',', '\\', '\\u0022', "'", ' ', '\t', 'x', '":"', '","', '"},"'],
  ...['":{"', '"}],"'],
  ...[
    `"connectionId":"${EVIL_ID}"`,
    `connectionId":"${EVIL_ID}`,
    '"requestContext":{',
    'requestContext":{"',
    'params":{"',
  ],
  ...[
    '"\\u0063onnectionId":',
    'eventType":"DISCONNECT',
    '"__proto__":{',
    '"params":',
    '"a":',
    'null',
    '\r\n',
    '\\"',
  ],
];

/** Some of them, one after the other. */
export const forgery = fc
  .array(fc.constantFrom(...FORGERIES), { maxLength: 10 })
  .map((pieces) => pieces.join(''));

/** What texts of JSON mean, as far as an id can be spelt otherwise. */
export function unescaped(json: string): string {
  return json
    .replace(/\\u([\da-f]{4})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(/\\\//g, '/');
}
