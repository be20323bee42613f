import { freePort } from '../support/free-port.ts';
import { programPath } from '../support/programs.ts';
import type { Lab } from './lab.ts';
import { cleanEnv, keys, launch, main, type Running } from './program.ts';

export const ACTIVATE = 'systemd-socket-activate';

/** Sockets opened for `serve` by systemd's own program; it is started by the first who connects, and has this environment alone. */
export function activate(
  lab: Lab,
  sockets: readonly string[],
  given: readonly string[],
  env: Readonly<Record<string, string | undefined>> = { ...cleanEnv, ...keys },
  starter: readonly string[] = [],
  more: readonly string[] = [],
): Running {
  const flags = [`--config.file=${lab.configFile}`, `--storage.path=${lab.storage}`, '--web.systemd-socket'];
  const passed = Object.entries(env).flatMap(([name, value]) =>
    value === undefined ? [] : [`--setenv=${name}=${value}`],
  );
  const words = [...sockets.map((socket) => `--listen=${socket}`), ...given, ...passed];
  const line = [
    ...words,
    ...starter,
    process.execPath,
    main,
    'serve',
    ...flags,
    '--web.enable-lifecycle',
    ...more,
  ];
  return launch(programPath(ACTIVATE), line, { env: { PATH: process.env.PATH } });
}

/** Where `count` servers can listen. */
export async function addresses(count: number): Promise<readonly string[]> {
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  return ports.map((port) => `127.0.0.1:${port}`);
}
