import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { loadDashboards } from '../src/dashboards.ts';

const folder = resolve(import.meta.dirname, '../grafana/generated');

test('every dashboard is served as it is committed, with what it says of itself', async () => {
  const dashboards = await loadDashboards();
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  expect(dashboards.map(({ name }) => `${name}.json`).sort()).toEqual(files.sort());
  for (const { name, title, description, json } of dashboards) {
    expect(json).toBe(readFileSync(join(folder, `${name}.json`), 'utf8'));
    expect(JSON.parse(json)).toMatchObject({ title, description });
    expect(title).not.toBe('');
    expect(description).not.toBe('');
  }
});
