#!/usr/bin/env node
import { stderrOutput } from './app/log-output.ts';
import { keepYoungGenerationSmall } from './app/young-generation.ts';
import { run } from './cli/index.ts';
import { noteUnwritten, unwritten } from './cli/output.ts';
import { toSentence } from './core/error-text.ts';

keepYoungGenerationSmall();

process.stdout.on('error', noteUnwritten);

// The AWS SDK would print on every start on Node.js 20 that versions of January 2027 need a newer one; this version runs on 20.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

// Timers of ours keep nothing alive; a command that waits for its turn to ask AWS must live on.
setInterval(() => {}, 2 ** 30);

// Node.js would open its debugger to everybody on this machine.
process.on('SIGUSR1', () => {});

/** Whoever reads the log has so long to take what is left of it. */
const LAST_LINES_MS = 300;

run(process.argv.slice(2), process.env).then(
  async (code) => {
    await stderrOutput().flush(LAST_LINES_MS);
    flushed(process.stdout, () => {
      const problem = unwritten();
      if (problem !== undefined) process.stderr.write(`aws-connections-exporter: ${problem}\n`);
      exit(problem === undefined ? code : code || 1);
    });
  },
  (error: unknown) => {
    const stack = error instanceof Error ? `${error.stack}\n` : '';
    process.stderr.write(`aws-connections-exporter: ${toSentence(error)}\n${stack}`);
    exit(1);
  },
);

/** Calls `then` once everything written before has left the process; a pipe takes its time. */
function flushed(stream: NodeJS.WriteStream, then: () => void): void {
  if (stream.writableLength === 0) then();
  else stream.write('', then);
}

/** Calls to the system that may not return for long: of a disk that hangs, of a name that nobody resolves. */
const BLOCKING = /^(FS|FileHandleClose|GetAddrInfo|GetNameInfo)Req/;
const PATIENCE_MS = 300;
const LOOK_EVERY_MS = 20;

/** Ends the process. Node.js would wait for calls to the system for as long as they take; whoever told us to end does not. */
function exit(code: number, waitedMs = 0): void {
  if (!process.getActiveResourcesInfo().some((name) => BLOCKING.test(name))) process.exit(code);
  if (waitedMs < PATIENCE_MS) setTimeout(() => exit(code, waitedMs + LOOK_EVERY_MS), LOOK_EVERY_MS);
  else process.kill(process.pid, 'SIGKILL');
}
