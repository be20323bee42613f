import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const PARTS = [
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'Dockerfile',
  'README.md',
  'SECURITY.md',
  'bench',
  'compose.yaml',
  'config',
  'deploy',
  'docs',
  'grafana',
  'package.json',
  'scripts',
  'src',
  'test',
];

const files = PARTS.flatMap((part) =>
  statSync(join(root, part)).isFile()
    ? [part]
    : readdirSync(join(root, part), { recursive: true, encoding: 'utf8' }).map((name) => `${part}/${name}`),
).filter(
  (path) => /\.(md|ts|ya?ml|json|sh|cjs|txt)$|Dockerfile$/.test(path) && statSync(join(root, path)).isFile(),
);

/** Where the pages of others are; names that are reserved for examples; what this machine and the demo answer themselves. */
const THERE = [
  /^(docs\.aws\.amazon\.com|repost\.aws|prometheus\.io|json-schema\.org|www\.apache\.org|www\.w3\.org)$/,
  /(^|\.)(example\.(com|org|net|invalid)|[\w-]+\.(invalid|example|test|internal))$/,
  /^(localhost|[\d.]+|\[[\da-f:]+\]|simulator|prometheus|alertmanager|exporter)$/i,
  /\.amazonaws\.com(\.cn)?$/,
];

test('every address that ships is one that exists, or plainly an example', () => {
  const shipped = files.filter((path) => !path.startsWith('test/'));
  const unknown = shipped.flatMap((path) =>
    [
      ...readFileSync(join(root, path), 'utf8').matchAll(
        /https?:\/\/([\w.-]+|\[[\da-f:]+\])(?=[:/\s"'`)>?#,;]|$)/gi,
      ),
    ]
      .map(([, host = '']) => host.replace(/\.$/, ''))
      .filter((host) => !THERE.some((pattern) => pattern.test(host)))
      .map((host) => `${path}: ${host}`),
  );
  expect([...new Set(unknown)]).toEqual([]);
});

test('nothing names a home of the project that it does not have', () => {
  const homes = /git(hub|lab)\.com\/[\w-]*aws-connections|ghcr\.io\/|npmjs\.com\/package\/aws-connections/i;
  const own = 'test/docs/addresses.test.ts';
  expect(files.filter((path) => path !== own && homes.test(readFileSync(join(root, path), 'utf8')))).toEqual(
    [],
  );
});
