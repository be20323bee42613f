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
