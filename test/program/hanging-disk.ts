import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { cleanEnv, keys } from './program.ts';

/** No write that begins while the file `flag` is there ever ends, as on a network disk whose server is gone; `hangs` says how. */
const hangingDisk = (flag: string, hangs: string) => `
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
const { open } = fs;
const isWrite = (flags) => (typeof flags === 'number' ? (flags & 3) !== 0 : flags !== 'r');
fs.open = (path, flags, ...more) =>
  isWrite(flags) && existsSync(${JSON.stringify(flag)}) ? ${hangs} : open(path, flags, ...more);
syncBuiltinESMExports();
`;

/** The environment of a program whose disk hangs like this as soon as the file `flag` is there; `preload` is where its means lie. */
export function onHangingDisk(
  flag: string,
  preload: string,
  hangs: string,
): Readonly<Record<string, string | undefined>> {
  writeFileSync(preload, hangingDisk(flag, hangs));
  return { ...cleanEnv, ...keys, NODE_OPTIONS: `--import=${pathToFileURL(preload).href}` };
}
