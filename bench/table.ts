/** Prints one Markdown table with its title. */
export function printTable(
  title: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  console.log(`${title}\n\n${[line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n')}\n`);
}
