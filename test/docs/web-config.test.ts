import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readWebConfig } from '../../src/web-config/read.ts';
import { KNOWN_KEYS } from '../../src/web-config/schema.ts';
import { needs, programPath } from '../support/programs.ts';
import { pem } from '../web-config/certificates.ts';
import { webFolder } from '../web-config/folder.ts';

const text = readFileSync('docs/web-config.md', 'utf8');
const blocks = [...text.matchAll(/```yaml\n(.*?)```/gs)].map(([, block = '']) => block);
const CERTIFICATES = {
  'exporter.pem': pem('server.pem'),
  'exporter.key': pem('server.key'),
  'prometheus.pem': pem('client.pem'),
  'prometheus.key': pem('client.key'),
  'exporter.password': 'secret',
};

test('the examples are good, and none of them is dangerous', () => {
  const examples = blocks.filter((block) => !block.startsWith('scrape_configs:'));
  expect(examples).toHaveLength(4);
  for (const example of examples) {
    const folder = webFolder({ ...CERTIFICATES, 'web.yml': example });
    expect(readWebConfig(join(folder, 'web.yml'))).toMatchObject({ config: {}, warnings: [] });
  }
});

needs('promtool')('the scrape is one of Prometheus', () => {
  const folder = webFolder(CERTIFICATES);
  const path = join(folder, 'prometheus.yml');
  writeFileSync(path, blocks.find((block) => block.startsWith('scrape_configs:')) ?? '');
  const { status, stderr } = spawnSync(programPath('promtool'), ['check', 'config', path], {
    encoding: 'utf8',
  });
  expect([status, stderr]).toEqual([0, '']);
});

test('every key has its line', () => {
  const table = /\n## Keys\n(.*?)\n## /s.exec(text)?.[1] ?? '';
  const keys = [...KNOWN_KEYS.values()].flat().filter((key) => key !== 'basic_auth_users');
  for (const key of keys) expect(table).toContain(key);
});
