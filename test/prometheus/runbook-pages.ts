import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the runbooks. */
export const folder = fileURLToPath(new URL('../../docs/runbooks/', import.meta.url));

/** Every runbook, with its queries and its commands in their order. */
export const pages = readdirSync(folder).map((file) => {
  const text = readFileSync(join(folder, file), 'utf8');
  const blocks = (language: string) =>
    [...text.matchAll(/^( *)```(\w+)\n(.*?)^ *```$/gms)].flatMap(([, , name, code = '']) =>
      name === language ? [code] : [],
    );
  return { name: file.replace(/\.md$/, ''), text, queries: blocks('promql'), commands: blocks('sh') };
});

/** The commands of a page that have this word, in their order. */
export const commandsOf = (name: string, word: string) =>
  pages.find((page) => page.name === name)?.commands.filter((command) => command.includes(word)) ?? [];

/** The queries of a page that have this word, in their order. */
export const queriesOf = (name: string, word = '') =>
  pages.find((page) => page.name === name)?.queries.filter((query) => query.includes(word)) ?? [];
