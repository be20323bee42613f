import { execFile } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { openLab } from '../program/lab.ts';
import { cleanEnv, keys, main } from '../program/program.ts';
import { anchorsOf } from '../support/anchors.ts';
import { needs, programPath } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { unknownNames } from './known-names.ts';
import { alerts } from './rule-files.ts';

const folder = fileURLToPath(new URL('../../docs/runbooks/', import.meta.url));
const HEADINGS = ['What it means', 'How to check', 'What to do', 'When to ignore'];

const pages = readdirSync(folder).map((file) => {
  const text = readFileSync(join(folder, file), 'utf8');
  const blocks = (language: string) =>
    [...text.matchAll(/^( *)```(\w+)\n(.*?)^ *```$/gms)].flatMap(([, , name, code = '']) =>
      name === language ? [code] : [],
    );
  return { name: file.replace(/\.md$/, ''), text, queries: blocks('promql'), commands: blocks('sh') };
});

test('every alert has a page, and every page an alert', () => {
  expect(pages.map(({ name }) => name).sort()).toEqual(alerts.map(({ name }) => name).sort());
});

describe.each(pages)('$name', ({ name, text, queries }) => {
  test('it is built like the others, and its links lead somewhere', () => {
    expect(text.match(/^#+ .*/gm)).toEqual([`# ${name}`, ...HEADINGS.map((heading) => `## ${heading}`)]);
    for (const [, file = '', anchor = ''] of text.matchAll(/\]\(([^)#]+)#?([^)]*)\)/g)) {
      expect(['', ...anchorsOf(readFileSync(join(folder, file), 'utf8'))]).toContain(anchor);
    }
  });

  test('its queries are PromQL about metrics that exist', () => {
    expect(queries.length).toBeGreaterThan(0);
    expect(queries.flatMap(unknownNames)).toEqual([]);
  });
});

needs('aws')('the commands are such as aws and the exporter take', { timeout: 300_000 }, async () => {
  const lab = await openLab();
  lab.world.addEndpoint({ id: 'cvpn-endpoint-0123456789abcdef0' });
  const bin = temporaryFolder();
  // With a skeleton as its output aws checks a command and its parameters, and asks nobody; of STS it makes a bad one.
  const programs = {
    aws: `if [ "$1" = sts ]
then exec "${programPath('aws')}" --endpoint-url "${lab.simulator.url}" "$@"
else exec "${programPath('aws')}" "$@" --generate-cli-skeleton output
fi`,
    'aws-connections-exporter': `exec "${process.execPath}" "${main}" "$@" --config.file="${lab.configFile}"`,
  };
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const env = { ...cleanEnv, ...keys, PATH: `${bin}:${process.env.PATH}`, AWS_DEFAULT_REGION: 'eu-west-1' };
  const scripts = new Set(pages.flatMap(({ commands }) => commands));
  for (const script of scripts) {
    const failed = await new Promise((resolve) => {
      execFile('sh', ['-euc', script], { env, cwd: bin }, (error, _, stderr) => resolve(error && stderr));
    });
    expect([script, failed]).toEqual([script, null]);
  }
});
