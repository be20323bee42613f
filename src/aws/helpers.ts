import { type ChildProcess, spawn } from 'node:child_process';
import { externalDataInterceptor } from '@smithy/core/config';
import { Context } from './context.ts';

/** What the helpers (`credential_process`) of one attempt to get credentials are run with. */
export interface Attempt {
  /** Ends a helper, with all that it started. */
  readonly signal: AbortSignal;
  /** Hears which program runs, without its arguments, which may be secrets; undefined when it has ended. */
  readonly onProgram: (program: string | undefined) => void;
}

/** Far more than any credentials. */
export const MOST_CHARACTERS = 2 ** 20;

const attempts = new Context<Attempt>();
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) kill(child);
});

/** Does `work`, in which the SDK runs every helper as the attempt says. */
export function withHelpers<T>(attempt: Attempt, work: () => Promise<T>): Promise<T> {
  // By itself the SDK waits for a helper however long it takes, and has no way to end it.
  externalDataInterceptor.interceptToken('exec', exec);
  return attempts.run(attempt, work);
}

/** As the SDK calls `exec` of node:child_process. */
function exec(
  command: string,
  done: (error: Error | null, output?: { readonly stdout: string }) => void,
): void {
  const attempt = attempts.value;
  attempt?.onProgram(programOf(command));
  run(command, attempt?.signal)
    .finally(() => attempt?.onProgram(undefined))
    .then(
      (stdout) => done(null, { stdout }),
      (error: Error) => done(error),
    );
}

/** Runs a line of the shell; resolves to what it wrote to stdout, or rejects with its first words on stderr. */
function run(command: string, signal: AbortSignal | undefined): Promise<string> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    // In a group of its own, which can be ended as a whole. It has no terminal then, and nobody would be there to answer.
    const child = spawn(command, {
      shell: true,
      detached: true,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const written = { stdout: '', stderr: '' };
    let isTooLong = false;
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8');
      child[name].on('data', (text: string) => {
        written[name] += text;
        if (written[name].length <= MOST_CHARACTERS) return;
        isTooLong = true;
        end();
      });
    }
    const end = () => {
      kill(child);
      // Whoever left the group may hold them open.
      child.stdout.destroy();
      child.stderr.destroy();
    };
    const settle = (settled: () => void) => {
      running.delete(child);
      signal?.removeEventListener('abort', end);
      settled();
    };
    running.add(child);
    signal?.addEventListener('abort', end, { once: true });
    child.once('error', ({ message }) =>
      settle(() => reject(new Error(`its credential_process could not be started: ${message}`))),
    );
    child.once('close', (code) =>
      settle(() => {
        if (isTooLong) reject(new Error('its credential_process wrote more than 1 MiB'));
        else if (code === 0) resolve(written.stdout);
        else reject(new Error(`its credential_process failed${reasonOf(written.stderr)}`));
      }),
    );
  });
}

function reasonOf(stderr: string): string {
  const said = stderr.split('\n').find((line) => line.trim() !== '');
  return said === undefined ? ' and wrote no reason' : `: ${said.trim()}`;
}

function kill(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(process.platform === 'win32' ? child.pid : -child.pid, 'SIGKILL');
  } catch {
    // All of it has ended already.
  }
}

/** The program of a line of the shell: its first word, but for variables that are set before it. */
function programOf(command: string): string {
  const [, double, single, bare] =
    /^\s*(?:\w+=(?:"[^"]*"|'[^']*'|[^\s"'])*\s+)*(?:"([^"]+)"|'([^']+)'|([^\s"'=;|&<>()$`]+)(?=\s|$))/.exec(
      command,
    ) ?? [];
  return double ?? single ?? bare ?? 'its program';
}
