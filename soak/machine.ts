import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { devNull } from 'node:os';

/** What a program holds, once garbage has been collected. */
export interface Held {
  /** In bytes; the heap with what is outside of it but belongs to it. */
  readonly rss: number;
  readonly heap: number;
  readonly descriptors: number;
  readonly timers: number;
}

/** What can be done to the machine that a program runs on. */
export interface Trouble {
  readonly disk?: 'ok' | 'full' | 'slow' | 'hanging';
  /** The wall clock is set forward or back by so much. */
  readonly stepMs?: number;
  /** How many times as fast as real time goes on. */
  readonly speed?: number;
}

/** The program on a machine of its own, as far as it can tell. */
export interface Machine {
  readonly url: string;
  readonly intakeUrl: string;
  stderr(): string;
  signal(name: NodeJS.Signals): void;
  /** Does this, if anything, and tells what the program holds then. */
  make(trouble: Trouble): Promise<Held>;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
}

/** How much of the log is kept. */
const LOG_CHARACTERS = 1 << 20;

/** Starts the program with these flags; time goes `speed` times as fast, from `origin` (milliseconds since 1970) on. */
export async function startMachine(
  program: string,
  flags: readonly string[],
  { speed, origin }: { readonly speed: number; readonly origin: number },
): Promise<Machine> {
  const env = {
    PATH: process.env.PATH,
    HOME: devNull,
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
    SOAK_SPEED: String(speed),
    SOAK_ORIGIN: String(origin),
  };
  const args = ['--expose-gc', '--import', './soak/machine.mjs', program, 'serve', ...flags];
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  let written = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    written = (written + text).slice(-LOG_CHARACTERS);
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  const listens = () => /msg=Listening urls=(http:\/\/[^/]+)/.exec(written)?.[1];
  while (listens() === undefined) {
    if (child.exitCode !== null) throw new Error(`the program did not start:\n${written}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    url: listens() ?? '',
    intakeUrl: /msg="Taking in events" urls=(http:\/\/[^/]+)/.exec(written)?.[1] ?? '',
    stderr: () => written,
    signal: (name) => void child.kill(name),
    make: asking(child, ended),
    ended,
  };
}

/** The answers of one program, each to the question asked last. */
function asking(child: ChildProcess, ended: Promise<unknown>) {
  const died = ended.then(() => Promise.reject<never>(new Error('the program has ended')));
  died.catch(() => {});
  return async (trouble: Trouble): Promise<Held> => {
    const waiting = new AbortController();
    const answered = once(child, 'message', { signal: waiting.signal });
    child.send(trouble);
    try {
      const [held] = await Promise.race([answered, died]);
      return held as Held;
    } finally {
      waiting.abort();
      answered.catch(() => {});
    }
  };
}
