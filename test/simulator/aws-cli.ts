import { execFile } from 'node:child_process';
import { devNull } from 'node:os';
import { needs, programPath } from '../support/programs.ts';

const cliTest = needs('aws');

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A test with the real command line, which takes its time to start. */
export function withCli(name: string, body: () => Promise<void>): void {
  cliTest(name, body, 60_000);
}

/** Runs the real command line against the simulator, away from the configuration and credentials of this machine. */
export function aws(url: string, ...args: readonly string[]): Promise<Outcome> {
  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
  };
  const argv = ['--endpoint-url', url, '--output', 'json', ...args];
  return new Promise((resolve) => {
    execFile(programPath('aws'), argv, { env }, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}
