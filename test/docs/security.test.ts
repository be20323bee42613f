import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('what SECURITY.md says is shown by a test is', () => {
  const shown = [...readFileSync('SECURITY.md', 'utf8').matchAll(/«\[([^\]]+)\]\(([^)]+)\)»/g)];
  expect(shown.length).toBeGreaterThan(20);
  const missing = shown.filter(([, title = '', file = '']) => !readFileSync(file, 'utf8').includes(title));
  expect(missing.map(([, title, file]) => `${file} has no "${title}"`)).toEqual([]);
});
