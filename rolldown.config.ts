import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Plugin, RolldownOptions } from 'rolldown';
import { documents } from './scripts/documents.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

function revision(): string {
  if (process.env.REVISION) return process.env.REVISION;
  if (!existsSync('.git')) return 'unknown';
  try {
    return execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], {
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
  } catch {
    return 'unknown'; // no git on this machine, or no commit yet
  }
}

/** Writes the licences of every package in the bundle into dist/THIRD-PARTY-LICENSES.txt, as they ask for. */
function licences(): Plugin {
  return {
    name: 'licences',
    generateBundle(_options, bundle) {
      const folders = new Set<string>();
      for (const chunk of Object.values(bundle)) {
        for (const id of chunk.type === 'chunk' ? chunk.moduleIds : []) {
          const folder = /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0];
          if (folder) folders.add(folder);
        }
      }
      const source = [...folders]
        .map(licence)
        .sort()
        .join(`\n${'-'.repeat(80)}\n\n`);
      this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-LICENSES.txt', source });
    },
  };
}

function licence(folder: string): string {
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, string>;
  const files = readdirSync(folder).filter((name) => /^(licen[cs]e|notice|copying)/i.test(name));
  const texts = files.map((name) => readFileSync(join(folder, name), 'utf8').trim());
  return `${about.name} ${about.version} (${about.license})\n\n${texts.join('\n\n') || 'No licence file.'}\n`;
}

function executable(file: string): Plugin {
  return { name: 'executable', writeBundle: () => chmodSync(file, 0o755) };
}

/**
 * One folder that runs without node_modules. Split, so that what is loaded by `import()` (the AWS SDK) waits until it
 * is needed; not minified, so that a stack trace can be read. The SDK's ES modules (`module`) lose what is not used,
 * its CommonJS (`main`, the default for Node.js) does not: that is 0.3 s of start and 50 MB of memory.
 */
export function bundle(input: string, dir: string, ...plugins: readonly Plugin[]): RolldownOptions {
  return {
    input,
    platform: 'node',
    resolve: { mainFields: ['module', 'main'] },
    transform: {
      target: 'node20.19',
      define: { __VERSION__: JSON.stringify(version), __REVISION__: JSON.stringify(revision()) },
    },
    plugins: [documents(), ...plugins],
    output: {
      dir,
      cleanDir: true,
      format: 'esm',
      sourcemap: true,
      entryFileNames: 'main.js',
      chunkFileNames: 'chunks/[name]-[hash].js',
    },
  };
}

export default bundle('src/main.ts', 'dist', licences(), executable('dist/main.js'));
