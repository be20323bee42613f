import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { programPath } from './programs.ts';

/** The judges by the program that they run with, and how it is told what to judge. */
const ARGUMENTS = {
  'prometheus-judge': [],
  'openmetrics-python': [fileURLToPath(new URL('judges/openmetrics.py', import.meta.url))],
} as const;

/** What somebody else's program reads in an exposition. */
export interface Judged {
  /** Every sample in its order: the name, the other labels in the order of their names, the value. */
  readonly samples: readonly (readonly [
    name: string,
    labels: Readonly<Record<string, string>>,
    value: number,
  ])[];
  /** What is said of the families: the type, help or unit, the name of the family, the text. */
  readonly metadata: readonly (readonly [what: string, family: string, text: string])[];
}

/** A strict program of others that reads expositions. */
export interface Judge {
  /** What it reads; rejects with what it holds against the exposition. */
  read(contentType: string, body: string): Promise<Judged>;
  /** The content type with which Prometheus' Go library would answer; only `prometheus-judge` knows. */
  negotiate(accept: string): Promise<string>;
}

interface Answer {
  readonly error?: string;
  readonly contentType?: string;
  readonly samples: readonly (readonly [string, Record<string, string>, string])[];
  readonly metadata: Judged['metadata'];
}

const VALUES: Readonly<Record<string, number>> = {
  inf: Number.POSITIVE_INFINITY,
  '+Inf': Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  '-Inf': Number.NEGATIVE_INFINITY,
};

/** Starts a judge for this test. */
export function openJudge(name: keyof typeof ARGUMENTS): Judge {
  const child = spawn(programPath(name), ARGUMENTS[name], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  onTestFinished(async () => {
    child.stdin.end();
    await ended;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let last: Promise<unknown> = Promise.resolve();
  const ask = (request: object) => {
    const answer = last.then(async () => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const line = await lines.next();
      if (line.done) throw new Error(`${name} has ended`);
      return JSON.parse(line.value) as Answer;
    });
    last = answer.catch(() => {});
    return answer;
  };
  return {
    async read(contentType, body) {
      const { error, samples, metadata } = await ask({ contentType, body });
      if (error !== undefined) throw new Error(`${name}: ${error}`);
      return {
        samples: samples.map(([series, labels, value]) => [
          series,
          sorted(labels),
          VALUES[value] ?? Number(value),
        ]),
        metadata,
      };
    },
    negotiate: async (accept) => (await ask({ accept })).contentType ?? '',
  };
}

function sorted(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
