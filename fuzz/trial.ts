import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Given, Outcome, Target } from './target.ts';

/** How long a process may go on beyond its time: it shrinks what failed, and ends. */
const GRACE_MS = 60_000;
/** Bytes at the beginning of the file that say how long the input is. */
const HEAD = 12;

/** Fuzzes a target in a process of its own, so that one that hangs or dies is a failure like others, with its last input. */
export async function fuzzAside(name: string, { seed, ms }: { seed: number; ms: number }): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  const last = join(folder, 'last-input');
  try {
    const child = fork(process.argv[1] ?? '', ['trial', name, String(seed), String(ms), last]);
    const overdue = setTimeout(() => child.kill('SIGKILL'), ms + GRACE_MS);
    let outcome: Outcome | undefined;
    child.once('message', (message) => {
      outcome = message as Outcome;
    });
    const [code, signal] = await once(child, 'exit');
    clearTimeout(overdue);
    if (outcome && code === 0) return outcome;
    const how =
      signal === 'SIGKILL'
        ? 'it never came back from its last input'
        : `its process ended with ${code ?? signal}`;
    const failed = { ...readLast(last, name), fault: `${how}${outcome ? ', after all inputs' : ''}` };
    return {
      target: name,
      runs: outcome?.runs ?? 0,
      kinds: outcome?.kinds ?? {},
      failed: outcome?.failed ?? failed,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** In that process: fuzzes the target and says what came of it. */
export async function inTrial(
  target: Target,
  [seed = '', ms = '', last = '']: readonly string[],
): Promise<void> {
  const file = openSync(last, 'w');
  const onInput = (given: Given) => {
    const text = Buffer.from(JSON.stringify(given));
    writeSync(file, Buffer.concat([Buffer.from(String(text.length).padEnd(HEAD)), text]), 0, undefined, 0);
  };
  const outcome = await target.fuzz({ seed: Number(seed), ms: Number(ms), isTimed: true, onInput });
  process.send?.(outcome, () => process.exit());
}

function readLast(file: string, target: string): Given {
  const bytes = readFileSync(file);
  const length = Number(bytes.toString('latin1', 0, HEAD));
  if (length === 0) return { target, kind: 'none', input: null };
  return JSON.parse(bytes.toString('utf8', HEAD, HEAD + length)) as Given;
}
