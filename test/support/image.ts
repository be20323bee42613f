import { type ExecFileSyncOptions, execFileSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { type Instruction, type Stage, toPairs, toStages } from './dockerfile.ts';

const context = resolve(import.meta.dirname, '../..');
const isRoot = process.getuid?.() === 0;

/** The user of the image; files belong to the one who runs the tests where that is not root. */
const UID = 65532;

/** A command line that runs as a user who is not root, whoever runs the tests. */
export function unprivileged(command: readonly string[]): readonly [string, ...string[]] {
  if (isRoot) return ['setpriv', `--reuid=${UID}`, `--regid=${UID}`, '--clear-groups', ...command];
  const [file = '', ...args] = command;
  return [file, ...args];
}

/** What a container would be started with: its file system is the folder `root`. */
export interface Image {
  readonly root: string;
  readonly stage: Stage;
  readonly env: Readonly<Record<string, string>>;
  /** An exec form with the paths of the image turned into paths of this machine. */
  toCommand(execForm: string): string[];
}

/**
 * Runs the COPY and RUN steps of the Dockerfile in empty folders below `folder`, without a container engine and as a user
 * who is not root. The base images are this machine and its Node.js: RUN steps must use relative paths.
 */
export function buildImage(folder: string, args: Readonly<Record<string, string>>): Image {
  const stages = toStages(readFileSync(join(context, 'Dockerfile'), 'utf8'));
  const home = join(folder, 'home');
  mine(home);
  for (const stage of stages) buildStage(stage, folder, home, args);
  const stage = stages.at(-1);
  if (stage === undefined) throw new Error('the Dockerfile has no stage');
  const root = join(folder, stage.name);
  const inside = (path: string) =>
    path.startsWith('/') && existsSync(join(root, path)) ? join(root, path) : path;
  const toCommand = (execForm: string) =>
    (JSON.parse(execForm) as string[]).map((word) =>
      word === '/nodejs/bin/node' ? process.execPath : inside(word),
    );
  const pairs = stage.instructions.filter(({ name }) => name === 'ENV').flatMap(({ rest }) => toPairs(rest));
  const env = Object.fromEntries(pairs.map(([key, value]) => [key, inside(value)]));
  return { root, stage, env, toCommand };
}

function buildStage(
  stage: Stage,
  folder: string,
  home: string,
  args: Readonly<Record<string, string>>,
): void {
  const root = join(folder, stage.name);
  mine(root);
  let workdir = root;
  const env: Record<string, string> = { PATH: process.env.PATH ?? '', HOME: home };
  for (const { name, flags, rest } of stage.instructions) {
    if (name === 'WORKDIR') {
      workdir = join(root, rest);
      mine(workdir);
    }
    if (name === 'ARG') for (const [key, value] of toPairs(rest)) env[key] = args[key] ?? value;
    if (name === 'COPY') copy({ name, flags, rest }, folder, root, workdir);
    if (name === 'RUN') run(['sh', '-c', rest], { cwd: workdir, env, stdio: 'pipe' });
  }
}

function copy({ flags, rest }: Instruction, folder: string, root: string, workdir: string): void {
  const sources = rest.split(/\s+/);
  const target = sources.pop() ?? '';
  const to = target.startsWith('/') ? join(root, target) : join(workdir, target);
  for (const source of sources) {
    if (flags.from === undefined) assertInContext(source);
    const from = flags.from === undefined ? join(context, source) : join(folder, flags.from, source);
    const isFile = statSync(from).isFile();
    cpSync(from, isFile && target.endsWith('/') ? join(to, basename(source)) : to, { recursive: true });
  }
  if (isRoot) execFileSync('chown', ['-R', `${UID}:${UID}`, to]);
}

/** Throws for what .dockerignore keeps from the builder. Ours keeps everything, then lists what it lets through. */
function assertInContext(source: string): void {
  const [all, ...allowed] = readFileSync(join(context, '.dockerignore'), 'utf8').trim().split('\n');
  if (all !== '*' || !allowed.includes(`!${source}`))
    throw new Error(`.dockerignore does not let ${source} through`);
}

function mine(path: string): void {
  mkdirSync(path, { recursive: true });
  if (isRoot) chownSync(path, UID, UID);
  chmodSync(path, 0o755);
}

function run(command: readonly string[], options: ExecFileSyncOptions): void {
  const [file, ...args] = unprivileged(command);
  execFileSync(file, args, options);
}
