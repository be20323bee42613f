import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { rows } from '../../bench/frame/report.ts';
import { studies } from '../../bench/tables/index.ts';
import { builtProgram } from '../support/build.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

/** Not where `npm run bench` has its own, which may be running. */
const FOLDER = '.cache/bench-tested';

beforeAll(() => {
  builtProgram();
  const options = ['-c', 'bench/rolldown.config.ts', '-d', FOLDER, '--logLevel', 'silent'];
  execFileSync('node_modules/.bin/rolldown', options, { stdio: ['ignore', 'ignore', 'inherit'] });
});

function start(...args: readonly string[]) {
  const folder = temporaryFolder();
  const child = spawn(process.execPath, [`${FOLDER}/main.js`, ...args], {
    detached: true,
    env: { ...process.env, TMPDIR: folder },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => {
    said.stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    said.stderr += chunk;
  });
  const group = -(child.pid ?? Number.NaN);
  return { child, said, folder, group, ended: once(child, 'close').then(([code]) => code) };
}

test('a short run measures everything: every row has finite figures, and every other table has rows', {
  timeout: 600_000,
}, async () => {
  const { said, folder, ended } = start('--short');
  expect([await ended, said.stderr]).toEqual([0, expect.not.stringContaining('failed')]);
  expect(said.stderr).toContain(
    `[1 of ${new Set([...rows.keys()].map((key) => key.split('.')[0])).size + studies.length}]`,
  );
  const lines = said.stdout.split('\n').map((line) => line.split(' | '));
  for (const { what, unit, baseline } of rows.values()) {
    const [, figure = '', beside = '', ratio = ''] = lines.find(([first]) => first === `| ${what}`) ?? [];
    expect([what, figure]).toEqual([what, expect.stringMatching(numberOf(unit))]);
    if (baseline === undefined) continue;
    expect([what, beside]).toEqual([what, expect.stringContaining(`${baseline}: `)]);
    expect([what, ratio]).toEqual([what, expect.stringMatching(/^[\d.,]+$/)]);
  }
  const [, ...others] = said.stdout.split('### ');
  expect(others).toHaveLength(studies.length);
  for (const other of others) expect(other.split('\n').slice(4)[0]).toMatch(/^\| .*\d.* \|$/);
  expect(said.stdout).toContain('its figures mean nothing');
  expect(said.stdout).not.toMatch(/NaN|undefined|∞/);
  expect(readdirSync(folder)).toEqual([]);
});

const numberOf = (unit: string) => new RegExp(`^-?[\\d.,]+ ${unit}$`);

test.each([
  { name: 'Ctrl-C at a terminal', signal: 'SIGINT', isForAll: true },
  { name: 'a signal to it alone', signal: 'SIGTERM', isForAll: false },
] as const)('$name ends it, and leaves no process and no file', async ({ signal, isForAll }) => {
  const { child, said, folder, group, ended } = start('pass', 'idle');
  while (!said.stderr.includes('the first pass')) await once(child.stderr, 'data');
  if (isForAll) process.kill(group, signal);
  else child.kill(signal);
  expect(await ended).toBe(130);
  expect(said.stderr).toContain('everything that was started has ended');
  expect(said.stderr).not.toContain('Error');
  expect(() => process.kill(group, 0)).toThrow('ESRCH');
  expect(readdirSync(folder)).toEqual([]);
  expect(said.stdout).toBe('');
});

test.each([
  { args: ['passes'], says: 'There is nothing named passes to measure.' },
  { args: ['--write', 'pass'], says: 'it wants everything measured in one run' },
  { args: ['--write', '--short', 'tls'], says: 'it wants everything measured in one run' },
  { args: ['--fast'], says: "Unknown option '--fast'" },
])('$args is refused in a sentence', async ({ args, says }) => {
  const { said, ended } = start(...args);
  expect(await ended).toBe(2);
  expect(said.stderr).toContain(says);
  expect(said.stderr).toContain('--help');
});

test('--help names all there is', async () => {
  const { said, ended } = start('--help');
  expect(await ended).toBe(0);
  for (const key of rows.keys()) expect(said.stdout).toContain(`  ${key.split('.')[0]} `);
  for (const { name } of studies) expect(said.stdout).toContain(name);
});
