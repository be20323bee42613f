import { execFile } from 'node:child_process';
import { chmodSync, symlinkSync, writeFileSync } from 'node:fs';
import { devNull } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { main } from '../program/program.ts';
import { type FormRequest, startServer } from '../support/http-server.ts';
import { programPath } from '../support/programs.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { docs } from './page.ts';

/** What `aws` asked for: the operation, as its protocol names it, and its parameters. */
export interface Asked {
  readonly target: string;
  readonly body: Record<string, unknown>;
}

/** What the commands look for in an answer, whatever they asked. */
const ANSWER = {
  id: 'vpclink1',
  integrationId: 'integration1',
  FunctionArn: 'arn:aws:lambda:eu-west-1:111122223333:function:tell-intake',
  Table: { TableStatus: 'ACTIVE' },
};

interface Script {
  readonly folder: string;
  readonly asked: readonly Asked[];
  /** What the shell complained of, when it did not end well. */
  readonly failure: string | undefined;
}

/**
 * Runs commands of a page with a shell, the real `aws` against a server that says yes to everything; `answers` are by target, and `refused` is what that server
 * says no to.
 */
export async function typed(
  script: string,
  answers: Readonly<Record<string, unknown>> = {},
  refused?: string,
): Promise<Script> {
  const asked: Asked[] = [];
  const server = await startServer((response, request) => {
    const one = toAsked(request);
    asked.push(one);
    const status = one.target === refused ? 400 : 200;
    const answer = refused === one.target ? { message: 'No.' } : (answers[one.target] ?? ANSWER);
    response
      .writeHead(status, {
        'Content-Type': 'application/json',
        ...(status === 400 && { 'x-amzn-ErrorType': 'BadRequestException' }),
      })
      .end(
        request.form.has('Action')
          ? `<${one.target}Response><${one.target}Result/></${one.target}Response>`
          : JSON.stringify(answer),
      );
  });
  onTestFinished(() => server.close());
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'intake.token'), 'secret-of-the-intake\n');
  symlinkSync(docs, join(folder, 'docs'));
  const programs = {
    aws: `exec "${programPath('aws')}" --endpoint-url ${server.url} "$@"`,
    // `zip -q archive files`: the archive is an empty one, since what is in it does not matter here.
    zip: 'cp empty.zip "$2"',
    'aws-connections-exporter': `exec "${process.execPath}" "${main}" "$@"`,
  };
  writeFileSync(join(folder, 'empty.zip'), Buffer.from('PK\x05\x06'.padEnd(22, '\0'), 'latin1'));
  for (const [name, line] of Object.entries(programs)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${line}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  const env = {
    PATH: `${folder}:${process.env.PATH}`,
    HOME: folder,
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'example',
    AWS_DEFAULT_REGION: 'eu-west-1',
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
    PYENV_VERSION: process.env.PYENV_VERSION,
    ...(answers.config !== undefined && { AWS_CONNECTIONS_EXPORTER_CONFIG_FILE: String(answers.config) }),
  };
  const failure = await new Promise<string | undefined>((resolve) => {
    // Without -e, as people type.
    execFile('sh', ['-uc', script], { env, cwd: folder }, (error, _, stderr) => {
      resolve(error || stderr !== '' ? stderr || String(error) : undefined);
    });
  });
  return { folder, asked, failure };
}

function toAsked({ method, url, headers, body, form }: FormRequest): Asked {
  const action = form.get('Action');
  if (action !== null && !body.startsWith('{')) return { target: action, body: Object.fromEntries(form) };
  const target = String(headers['x-amz-target'] ?? `${method} ${url}`);
  return { target, body: JSON.parse(body || '{}') };
}
