import { readFileSync, writeFileSync } from 'node:fs';
import { markdown, readmeMarkdown } from './report.ts';
import type { Result } from './result.ts';

const RESULT = 'bench/result.json';

/** Pages with a section that is written from the result: what stands beneath its heading. */
const SECTIONS = [
  { path: 'docs/performance.md', heading: '## Measured', write: markdown },
  { path: 'README.md', heading: '### Measured', write: readmeMarkdown },
] as const;

/** The result that was kept last. */
export function keptResult(): Result {
  return JSON.parse(readFileSync(RESULT, 'utf8')) as Result;
}

/** Keeps a result, and writes the pages from it. */
export function keep(result: Result): void {
  writeFileSync(RESULT, `${JSON.stringify(result, undefined, 2)}\n`);
  for (const { path, text } of writtenPages(result)) writeFileSync(path, text);
}

/** The pages as they are with this result. */
export function writtenPages(result: Result): readonly { readonly path: string; readonly text: string }[] {
  return SECTIONS.map(({ path, heading, write }) => ({
    path,
    text: withSection(readFileSync(path, 'utf8'), heading, write(result)),
  }));
}

/** The page with other words beneath a heading, up to the next of its depth or above it. */
function withSection(page: string, heading: string, words: string): string {
  const begin = page.indexOf(`\n${heading}\n`);
  if (begin < 0) throw new Error(`there is no heading "${heading}"`);
  const after = begin + heading.length + 2;
  const depth = heading.indexOf(' ');
  const next = page.slice(after).search(new RegExp(`^#{1,${depth}} `, 'm'));
  return `${page.slice(0, after)}\n${words}${next < 0 ? '' : `\n${page.slice(after + next)}`}`;
}
