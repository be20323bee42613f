import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the documentation, with a slash at its end. */
export const docs = fileURLToPath(new URL('../../docs/', import.meta.url));

/** The wiring guide. */
export const page = readFileSync(`${docs}websocket.md`, 'utf8');

/** What stands between the fences of a language in a page, the wiring guide if not given, in the order of the page. */
export function blocks(language: string, text = page): readonly string[] {
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, name]) => name === language)
    .map(([, , block]) => block ?? '');
}
