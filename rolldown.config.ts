import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
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
        .map((folder) => licence(folder, folders))
        .sort()
        .join(`\n${'-'.repeat(80)}\n\n`);
      this.emitFile({ type: 'asset', fileName: 'THIRD-PARTY-LICENSES.txt', source });
    },
  };
}

interface About {
  readonly name: string;
  readonly version: string;
  readonly license: string;
}

function aboutOf(folder: string): About {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as About;
}

/** What a package says of its licence; one that forgot the text has that of another by the same people. Throws when there is none. */
function licence(folder: string, all: ReadonlySet<string>): string {
  const { name, version, license } = aboutOf(folder);
  const lender = [folder, ...[...all].sort()].find((each) => {
    const about = aboutOf(each);
    const isTheirs = each === folder || (name.startsWith('@') && dirname(each) === dirname(folder));
    return isTheirs && about.license === license && licenceFiles(each).length > 0;
  });
  if (lender === undefined)
    throw new Error(`${name} is bundled, and has no licence file that could go with it`);
  const texts = licenceFiles(lender).map((file) => readFileSync(join(lender, file), 'utf8').trim());
  return `${name} ${version} (${license})\n\n${texts.join('\n\n')}\n`;
}

function licenceFiles(folder: string): readonly string[] {
  return readdirSync(folder).filter((name) => /^(licen[cs]e|notice|copying)/i.test(name));
}

/** What a package takes if it happens to be there (express' `debug` colours, for a terminal) is left out, or the bundle would differ by what tests install. */
function nothingByChance(): Plugin {
  const left = ['supports-color'];
  return {
    name: 'nothing-by-chance',
    resolveId: (name) => (left.includes(name) ? `\0${name}` : undefined),
    load: (id) => (left.includes(id.slice(1)) ? 'export {};' : undefined),
  };
}

/** Writes what is in the bundle into dist/sbom.cdx.json (CycloneDX): the packages are no longer there for a scanner to see. */
function sbom(): Plugin {
  return {
    name: 'sbom',
    generateBundle() {
      // Told to leave development out (--omit=dev), npm leaves out too what development needs as well, such as yaml.
      const command = ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'];
      const listed = JSON.parse(execFileSync('npm', command, { encoding: 'utf8' })) as Sbom;
      const production = packagesOfProduction();
      // Of the same sources, the same: no time, and no number drawn for it. npm names it after the folder.
      const { serialNumber, metadata, components, dependencies, ...rest } = listed;
      const { timestamp, component, ...about } = metadata;
      const named = { ...component, name: 'aws-connections-exporter', type: 'application' };
      const isShipped = (ref: string) => production.has(ref) || ref === component['bom-ref'];
      const shipped = {
        ...rest,
        metadata: { ...about, component: named },
        components: components.filter((each) => isShipped(each['bom-ref'])),
        dependencies: dependencies
          .filter(({ ref }) => isShipped(ref))
          .map(({ ref, dependsOn = [] }) => ({ ref, dependsOn: dependsOn.filter(isShipped) })),
      };
      this.emitFile({
        type: 'asset',
        fileName: 'sbom.cdx.json',
        source: `${JSON.stringify(shipped, null, 2)}\n`,
      });
    },
  };
}

interface Component {
  readonly 'bom-ref': string;
}

interface Sbom {
  readonly serialNumber: string;
  readonly metadata: { readonly timestamp: string; readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[];
}

/** Each as `name@version`. */
function packagesOfProduction(): ReadonlySet<string> {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly version: string; readonly dev?: boolean }>>;
  };
  const all = Object.entries(packages).filter(([path, { dev }]) => path !== '' && !dev);
  return new Set(all.map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`));
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

export default bundle(
  'src/main.ts',
  'dist',
  nothingByChance(),
  licences(),
  sbom(),
  executable('dist/main.js'),
);
