import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';

const root = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const readme = read('README.md');

const pages = [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

test.each(pages)('%s links to what is there, and shows pictures that are there', (page) => {
  const prose = read(page).replace(/```.*?```/gs, '');
  const targets = [
    ...[...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, to = '']) => to),
    ...[...prose.matchAll(/(?:src|srcset)="([^"]+)"/g)].map(([, to = '']) => to),
  ];
  const local = targets.filter((to) => !/^(https?:|#)/.test(to)).map((to) => to.replace(/#.*/, ''));
  expect(local.filter((to) => !existsSync(join(root, dirname(page), to)))).toEqual([]);
});

test('the README names metrics and alerts that there are', () => {
  const metrics = new Set(read('docs/metrics.md').match(/aws_\w+/g));
  expect([...new Set(readme.match(/\baws_\w+/g))].filter((name) => !metrics.has(name))).toEqual([]);
  const alerts = new Set(read('docs/alerts.md').match(/\b(ClientVpn|WebSocket|AwsConnections)\w+/g));
  const named = readme.match(/`(ClientVpn|WebSocket|AwsConnections)\w+`/g) ?? [];
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !alerts.has(name.slice(1, -1)))).toEqual([]);
});

test('the configuration in the README is one', () => {
  const [, text = ''] = /## Configuration\n\n```yaml\n(.*?)```/s.exec(readme) ?? [];
  const loaded = loadConfig({ text, readFile: () => 'f'.repeat(64) });
  expect('problems' in loaded ? loaded.problems : []).toEqual([]);
});

test('the IAM policy in the README is the one that describe prints for the defaults', () => {
  const [, text = ''] = /## IAM policy\n.*?```json\n(.*?)```/s.exec(readme) ?? [];
  expect(JSON.parse(text)).toEqual(JSON.parse(read('docs/iam-policy.json')));
});
