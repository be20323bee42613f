import { isUtf8 } from 'node:buffer';

const LT = 0x3c;
const AMP = 0x26;
const SPACE = 0x20;
const ASCII_END = 0x80;

const ENTITY = /&(?:#x([0-9a-fA-F]{1,6})|#(\d{1,7})|([a-zA-Z][a-zA-Z0-9]{0,30}));/g;
const NAMED: ReadonlyMap<string, string> = new Map(
  Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }),
);
const MAX_CODE_POINT = 0x10ffff;

/** The line ends of a document, each as one line feed. */
export function toLines(source: string): string {
  return source.replace(/\r\n?/g, '\n');
}

/**
 * What a piece of character data means. Unknown entities become nothing and a lone ampersand stays, as in the SDK; a reference
 * to half a character becomes U+FFFD, as it does when it is written out.
 */
export function toText(source: string): string {
  const text = toLines(source).replace(ENTITY, (_, hex?: string, decimal?: string, name?: string) => {
    if (name !== undefined) return NAMED.get(name) ?? '';
    const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
    return code <= MAX_CODE_POINT ? String.fromCodePoint(code) : '\ufffd';
  });
  return text.toWellFormed();
}

/** The parts joined, but for those of white space with a line end: they are the layout of the document, not text. */
export function withoutLayout(parts: readonly string[]): string {
  return parts.filter((part) => part.trim() !== '' || !part.includes('\n')).join('');
}

/**
 * Where the text that begins at `at` ends with a `<`, when its bytes, of which `view` is a view, mean themselves; -1 when they do not, or it does
 * not end.
 */
export function plainEnd(bytes: Buffer, view: DataView, at: number): number {
  let end = at;
  for (const last = view.byteLength - 4; end <= last; end += 4) {
    const odd = oddIn(view.getInt32(end, true));
    if (odd === 0) continue;
    end += (31 - Math.clz32(odd & -odd)) >>> 3;
    break;
  }
  while (PLAIN[bytes[end] ?? 0] === 1) end += 1;
  if (bytes[end] === LT) return end;
  const foreign = end;
  let byte = bytes[end] ?? 0;
  while (byte >= SPACE && byte !== LT && byte !== AMP) {
    end += 1;
    byte = bytes[end] ?? 0;
  }
  return byte === LT && end > foreign && isUtf8(bytes.subarray(foreign, end)) ? end : -1;
}

/** Whether one of four bytes is not plain, as in PLAIN: the lowest bit that is set is that of the first. */
function oddIn(word: number): number {
  const isControl = word - 0x20202020;
  const isLt = (word ^ 0x3c3c3c3c) - 0x01010101;
  const isAmp = (word ^ 0x26262626) - 0x01010101;
  return (word | isControl | isLt | isAmp) & 0x80808080;
}

/** 1 for each byte of ASCII that stands for itself in text. */
const PLAIN = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= SPACE && byte < ASCII_END && byte !== LT && byte !== AMP ? 1 : 0,
);
