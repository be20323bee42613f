import { type Bytes, toBuffer } from './mutations.ts';

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** What stands in a document of XML once its spelling is undone, tags and all: what it does not hold, nobody has said. */
export function toSaid(document: Bytes): string {
  return toBuffer(document)
    .toString()
    .replace(/<!--.*?-->|<\?.*?\?>|<!\[CDATA\[|\]\]>/gs, '')
    .replace(/\r\n?/g, '\n')
    .replace(/&(?:#x([\da-f]{1,6})|#(\d{1,7})|([a-z]\w{0,30}));/gi, (_, hex, decimal, name) => {
      if (name !== undefined) return ENTITIES[name] ?? '';
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code);
    })
    .toWellFormed();
}

/** Throws unless a text of digits that an answer was read to hold stands in it. */
export function judgeDigits(said: string, digits: string): void {
  if (!said.includes(digits)) throw new Error(`the number ${digits} stands nowhere in the answer`);
}
