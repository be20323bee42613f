import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { devNull } from 'node:os';
import { type Lab, openLab, type Sections } from './lab.ts';
import { cleanEnv, type Ended, keys, type LaunchOptions, type Running, run, start } from './program.ts';

/** The API that these tests wire. */
export const API_ID = 'a1b2c3d4e5';

/** A lab in whose folder an API is wired. What is set there is in force at once. */
export interface WireLab extends Lab {
  /** Runs `wire` there, to its end. */
  wire(...args: readonly string[]): Promise<Ended>;
  startWire(...args: readonly string[]): Running;
  /** The undo files there. */
  undoFiles(): readonly string[];
  /** What was written at AWS, by its actions, oldest first. */
  written(): readonly string[];
}

export async function openWireLab(sections: Sections = {}): Promise<WireLab> {
  const times = { settleMs: 0, lingerMs: 0, spreadMs: 0 };
  const lab = await openLab(sections, { times, accessLog: { delayMs: [0, 0] } });
  const argv = (args: readonly string[]) => ['wire', ...args, `--config.file=${lab.configFile}`];
  const options: LaunchOptions = { cwd: lab.folder, env: { ...cleanEnv, ...keys } };
  return {
    ...lab,
    wire: (...args) => run(argv(args), options),
    startWire: (...args) => start(argv(args), options),
    undoFiles: () => readdirSync(lab.folder).filter((name) => name.startsWith('undo-')),
    written: () =>
      lab.simulator
        .requests()
        .map(({ action }) => action)
        .filter((action) => /^(Create|Update|Delete|Put)/.test(action)),
  };
}

/** The `aws` commands of a plan, of those that are done (`by`) or of those that undo (`undone by`). */
export function commandsOf(plan: string, label: 'by' | 'undone by'): readonly string[] {
  let current = '';
  return plan.split('\n').flatMap((line) => {
    const [, begins, rest = ''] = /^ {3}(from|to|by|undone by| {9}) *(.*)$/.exec(line) ?? [];
    if (begins?.trim()) current = begins;
    return current === label && rest.startsWith('aws ') ? [rest] : [];
  });
}

/** The bodies of the requests of a plan. */
export function bodiesOf(plan: string): readonly unknown[] {
  let current = '';
  return plan.split('\n').flatMap((line) => {
    const [, begins, rest = ''] = /^ {3}(from|to|by|undone by| {9}) *(.*)$/.exec(line) ?? [];
    if (begins?.trim()) current = begins;
    return current === 'by' && rest.startsWith('{') ? [JSON.parse(rest)] : [];
  });
}

/** Runs a command line as somebody would who pastes it. */
export function shell(line: string, url: string, more: Readonly<Record<string, string>> = {}): Promise<void> {
  const env = {
    ...keys,
    ...more,
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    AWS_ENDPOINT_URL: url,
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
  };
  return new Promise((resolve, reject) => {
    execFile('sh', ['-c', line], { env }, (error) => (error ? reject(error) : resolve()));
  });
}
