const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Everything outside the production Char of XML 1.0, which has no way to write it, not even escaped. */
const unwritable = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;
const plain = /^[ !#-%'-;=?-~]*$/;

/** Text as XML content on a single line; what XML 1.0 cannot hold becomes U+FFFD. */
export function escapeXml(text: string): string {
  if (plain.test(text)) return text;
  return text
    .replace(unwritable, '\ufffd')
    .replace(/[&<>"\t\n\r]/g, (char) => entities[char] ?? `&#${char.charCodeAt(0)};`);
}

/** `<name>text</name>`; nothing at all when there is no text. */
export function leaf(name: string, text: string | number | boolean | null | undefined): string {
  return text === undefined || text === null ? '' : `<${name}>${escapeXml(String(text))}</${name}>`;
}

/** `<name>` around XML that is already written. */
export function branch(name: string, xml: string): string {
  return xml === '' ? `<${name}/>` : `<${name}>${xml}</${name}>`;
}

/** A list as EC2 writes it: `<name><item>…</item>…</name>`, or `<name/>` when it is empty. */
export function list(name: string, items: readonly string[]): string {
  return branch(name, items.map((item) => `<item>${item}</item>`).join(''));
}

const TAG = /<[^>]*>/g;

/** The document as EC2 lays it out: every element on a line of its own, four blanks deeper than the one around it. */
export function laidOut(xml: string): string {
  const lines: string[] = [];
  let depth = 0;
  let last = 0;
  let isOpen = false;
  for (const { 0: tag, index } of xml.matchAll(TAG)) {
    const text = xml.slice(last, index);
    last = index + tag.length;
    if (tag[1] === '/') {
      depth -= 1;
      // The end of an element with text, or without anything, stays on its line.
      if (isOpen) lines.push(text, tag);
      else lines.push('\n', INDENT.slice(0, 4 * depth), tag);
      isOpen = false;
      continue;
    }
    lines.push(lines.length === 0 ? '' : '\n', INDENT.slice(0, 4 * depth), tag);
    isOpen = tag[1] !== '?' && !tag.endsWith('/>');
    if (isOpen) depth += 1;
  }
  return lines.join('');
}

const INDENT = ' '.repeat(400);

/** An instant in the form of connection times, UTC without a zone: `2019-08-12 07:58:34`. */
export function wireTime(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

export const declaration = '<?xml version="1.0" encoding="UTF-8"?>';
