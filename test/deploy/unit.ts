import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { programPath } from '../support/programs.ts';

export const FOLDER = 'deploy/systemd';
export const SERVICE = 'aws-connections-exporter.service';

/** The values that a unit file gives a setting, in order. */
export function settings(file: string, name: string): readonly string[] {
  const text = readFileSync(`${FOLDER}/${file}`, 'utf8').replaceAll(/\\\n\s*/g, '');
  return [...text.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);
}

/** The system calls that the service may make, by the groups of this machine's systemd. */
export function allowedCalls(): ReadonlySet<string> {
  const allowed = new Set<string>();
  for (const line of settings(SERVICE, 'SystemCallFilter')) {
    const isDenied = line.startsWith('~');
    for (const call of line.replace('~', '').split(' ').flatMap(expand)) {
      if (isDenied) allowed.delete(call);
      else allowed.add(call);
    }
  }
  return allowed;
}

function expand(name: string): readonly string[] {
  if (!name.startsWith('@')) return [name];
  const listed = execFileSync(programPath('systemd-analyze'), ['syscall-filter', name], { encoding: 'utf8' });
  const lines = listed.split('\n').map((line) => line.trim());
  return lines.filter((line) => /^@?[a-z0-9_-]+$/.test(line) && line !== name).flatMap(expand);
}
