import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Lab } from '../program/lab.ts';
import { cleanEnv, keys, main } from '../program/program.ts';
import { programPath } from '../support/programs.ts';
import { docs } from './page.ts';

/** A folder to work in, and the environment in which a shell finds its programs. */
interface Machine {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The machine of somebody before a simulated AWS: the page says nothing of that, so that it is the programs' environment and
 * the configuration that leads there. What the simulator does not answer, aws itself checks, and asks nobody.
 */
export function openMachine({ simulator, folder }: Pick<Lab, 'simulator' | 'folder'>): Machine {
  const home = join(folder, 'home');
  const bin = join(folder, 'bin');
  for (const path of [home, bin]) mkdirSync(path);
  symlinkSync(docs, join(home, 'docs'));
  const programs = {
    aws: `case "$1 $2" in
cloudwatch*|iam*|cloudformation*|"logs delete-log-group") exec "${programPath('aws')}" "$@" --generate-cli-skeleton output ;;
*) exec "${programPath('aws')}" "$@" --endpoint-url "${simulator.url}" ;;
esac`,
    'aws-connections-exporter': `[ ! -e exporter.yaml ] || grep -q endpoint_url exporter.yaml || echo 'aws: {endpoint_url: "${simulator.url}"}' >> exporter.yaml
[ "$1" != serve ] || { echo $$ > serve.pid; set -- "$@" --web.listen-address=127.0.0.1:0; }
exec "${process.execPath}" "${main}" "$@"`,
    curl: `for word; do
  shift
  case "$word" in http://localhost:10176/*) word=$(cat served.url)/\${word#http://localhost:10176/} ;; esac
  set -- "$@" "$word"
done
exec "${programPath('curl')}" "$@"`,
  };
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }
  const env = {
    ...cleanEnv,
    ...keys,
    PATH: `${bin}:${process.env.PATH}`,
    AWS_ENDPOINT_URL: simulator.url,
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
  };
  onTestFinished(() => {
    const file = join(home, 'serve.pid');
    if (existsSync(file)) process.kill(Number(readFileSync(file, 'utf8')), 'SIGKILL');
  });
  return { home, env };
}
