/**
 * Around `npm pack`: what is packed runs on Node.js alone, so its package.json names no dependency, or npm would fetch what is in the bundle
 * already. `--restore` puts ours back, with its time.
 */
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const OURS = '.cache/package.json';

if (process.argv.includes('--restore')) renameSync(OURS, 'package.json');
else {
  // One that was broken off has not put ours back.
  if (existsSync(OURS)) renameSync(OURS, 'package.json');
  const { scripts, dependencies, devDependencies, ...manifest } = JSON.parse(
    readFileSync('package.json', 'utf8'),
  );
  mkdirSync('.cache', { recursive: true });
  renameSync('package.json', OURS);
  writeFileSync('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
}
