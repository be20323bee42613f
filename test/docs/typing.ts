import { spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';

/** A shell in which somebody types what a page says, block after block; it ends with the test. */
export interface Typing {
  /** Types a block; what was printed by its end. Rejects at the first command that fails. */
  type(block: string): Promise<string>;
  /** All that was printed so far. */
  printed(): string;
}

/** Opens a shell in this folder and environment. */
export function openShell(cwd: string, env: Readonly<Record<string, string | undefined>>): Typing {
  const shell = spawn('sh', ['-eu'], { cwd, env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  onTestFinished(() => void shell.kill('SIGKILL'));
  let all = '';
  let typed = 0;
  let onPrinted = () => {};
  for (const stream of [shell.stdout, shell.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      all += text;
      onPrinted();
    });
  const ended = new Promise<never>((_, reject) => {
    shell.once('close', (code) => reject(new Error(`the shell ended with ${code}, having printed:\n${all}`)));
  });
  ended.catch(() => {});
  return {
    printed: () => all,
    async type(block) {
      const from = all.length;
      typed += 1;
      const mark = `__typed_${typed}__`;
      const done = new Promise<string>((resolve) => {
        onPrinted = () => {
          const to = all.indexOf(mark, from);
          if (to >= 0) resolve(all.slice(from, to));
        };
      });
      shell.stdin.write(`${block}\necho ${mark}\n`);
      return await Promise.race([done, ended]);
    },
  };
}
