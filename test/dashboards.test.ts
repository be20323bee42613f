import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { loadDashboards } from '../src/app/dashboards.ts';
import { documents } from '../src/app/documents.ts';

const folder = resolve(import.meta.dirname, '../grafana/generated');

test('every dashboard is served as it is committed, with what it says of itself', async () => {
  const dashboards = await loadDashboards('');
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  expect(dashboards.map(({ name }) => `${name}.json`).sort()).toEqual(files.sort());
  for (const { name, title, description, json } of dashboards) {
    expect(json).toBe(readFileSync(join(folder, `${name}.json`), 'utf8'));
    expect(JSON.parse(json)).toMatchObject({ title, description });
    expect(title).not.toBe('');
    expect(description).not.toBe('');
  }
});

test('below the address of the exporter every dashboard leads to a chapter of its documentation, and is else the same', async () => {
  const url = 'https://exporter.example.com/vpn';
  const plain = await loadDashboards('');
  for (const [index, { name, json }] of (await loadDashboards(url)).entries()) {
    const { links, ...rest } = JSON.parse(json);
    const [between, documentation, ...others] = links;
    expect({ ...rest, links: [between] }).toEqual(JSON.parse(plain[index]?.json ?? ''));
    expect([name, others, documentation.targetBlank]).toEqual([name, [], true]);
    const [, page = '', chapter] =
      /^https:\/\/exporter\.example\.com\/vpn\/docs\/([\w-]+)#(.+)$/.exec(documentation.url) ?? [];
    expect((await documents.docs.get(page)?.())?.html).toContain(`id="${chapter}"`);
  }
});
