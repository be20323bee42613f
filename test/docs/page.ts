import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The folder of the documentation, with a slash at its end. */
export const docs = fileURLToPath(new URL('../../docs/', import.meta.url));

/** The wiring guide. */
export const page = readFileSync(`${docs}websocket.md`, 'utf8');

/** What stands between the fences of a language in the wiring guide, in the order of the page. */
export function blocks(language: string): readonly string[] {
  return [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, name]) => name === language)
    .map(([, , text]) => text ?? '');
}
