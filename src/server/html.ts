/** Text that is HTML already. */
export interface Html {
  readonly html: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template of HTML: what is put in is escaped, for text and for quoted attributes alike, unless it is HTML. */
export function html(
  pieces: TemplateStringsArray,
  ...values: readonly (string | number | Html | readonly Html[])[]
): Html {
  const texts = values.map((value) => {
    if (typeof value === 'number' || typeof value === 'string') return toEscaped(String(value));
    return 'html' in value ? value.html : value.map((each) => each.html).join('');
  });
  return { html: pieces.map((piece, index) => piece + (texts[index] ?? '')).join('') };
}

/** Control characters, white space aside: HTML takes them for errors, and people cannot see them. */
const CONTROLS = /(?![\t\n\r])\p{Cc}/gu;

function toEscaped(text: string): string {
  return text.replace(CONTROLS, '\ufffd').replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
