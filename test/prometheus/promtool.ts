import { execFile } from 'node:child_process';
import { programPath } from '../support/programs.ts';

/** What promtool (or another program) writes; rejects with it when the program does not end well. */
export function promtool(args: readonly string[], cwd: string, program = 'promtool'): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(programPath(program), args, { cwd, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      const output = stdout + stderr;
      if (error) reject(new Error(`${program} ${args.join(' ')}: ${output}`, { cause: error }));
      else resolve(output);
    });
  });
}
