import { fstatSync, writeFileSync } from 'node:fs';
import { toSentence } from '../core/error-text.ts';

let problem: string | undefined;

/**
 * Writes a result to stdout, a file there also where Node.js' own stream would not notice a full disk. What stdout does not take is no
 * failure of the command: `unwritten` tells of it when the command has ended.
 */
export async function print(result: string | Uint8Array): Promise<void> {
  const { isFile, isDevice } = kindOfStdout();
  if (!isFile && !isDevice) {
    process.stdout.write(result);
    return;
  }
  try {
    writeFileSync(1, result);
  } catch (error) {
    noteUnwritten(error as NodeJS.ErrnoException);
  }
}

/** Remembers an error of stdout; that whoever reads it stopped early (`| head`) is none. */
export function noteUnwritten(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') problem ??= toSentence(error);
}

/** Why stdout did not take all of what was printed, in a sentence; undefined when it did. */
export function unwritten(): string | undefined {
  return problem === undefined ? undefined : `the result could not be written to stdout: ${problem}`;
}

function kindOfStdout(): { isFile: boolean; isDevice: boolean } {
  const stat = fstatSync(1);
  return { isFile: stat.isFile(), isDevice: stat.isCharacterDevice() && !process.stdout.isTTY };
}
