import { fstatSync, writeFileSync } from 'node:fs';

/** Writes a result to stdout; rejects when a file there did not take all of it (Node.js' own stream does not notice a full disk). */
export async function print(result: string | Uint8Array): Promise<void> {
  const { isFile, isDevice } = kindOfStdout();
  if (!isFile && !isDevice) {
    process.stdout.write(result);
    return;
  }
  try {
    writeFileSync(1, result);
  } catch (cause) {
    throw new Error('the result could not be written to stdout', { cause });
  }
}

function kindOfStdout(): { isFile: boolean; isDevice: boolean } {
  const stat = fstatSync(1);
  return { isFile: stat.isFile(), isDevice: stat.isCharacterDevice() && !process.stdout.isTTY };
}
