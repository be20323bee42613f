import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { docs } from './page.ts';

const guide = readFileSync(join(docs, 'in-trouble.md'), 'utf8');

/** What stands in code in a row of the table of a section of docs/in-trouble.md; throws when there is no such row. */
export function told(title: string, row: string): readonly string[] {
  const section = guide.split(/^## /m).find((text) => text.startsWith(`${title}\n`)) ?? '';
  const line = section.split('\n').find((text) => text.startsWith(`| ${row} |`));
  if (line === undefined) throw new Error(`docs/in-trouble.md does not say what ${row} says of ${title}`);
  return [...line.slice(row.length + 5).matchAll(/`([^`]+)`/g)].map(([, text = '']) => text);
}

/** A sample that the page tells of: its name, the one label that it is told by, and its value where that is told. */
export interface ToldSample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | undefined;
}

/** The samples of the row `/metrics`. */
export function toldSamples(title: string): readonly ToldSample[] {
  return told(title, '`/metrics`').flatMap((text) => {
    const [, name, label, labelValue = '', value] =
      /^(aws_\w+)(?:\{(\w+)="(.*)"\})?(?: (\S+))?$/.exec(text) ?? [];
    if (name === undefined) return [];
    const labels = label === undefined ? {} : { [label]: labelValue };
    return [{ name, labels, value: value === undefined ? undefined : Number(value) }];
  });
}
