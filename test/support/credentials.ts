import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { startServer } from './http-server.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** Shared AWS configuration files of a test, in a folder of their own. */
export interface SharedFiles {
  readonly folder: string;
  /** What makes a process read these files, and find no keys elsewhere. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Replaces ~/.aws/config. */
  config(text: string): void;
  /** Replaces ~/.aws/credentials by these keys, by profile. */
  credentials(keys: Readonly<Record<string, string>>): void;
}

/** Empty files, gone when the test ends. */
export function sharedFiles(): SharedFiles {
  const folder = temporaryFolder();
  const [config, credentials] = [join(folder, 'config'), join(folder, 'credentials')];
  writeFileSync(config, '');
  writeFileSync(credentials, '');
  return {
    folder,
    env: {
      HOME: folder,
      AWS_CONFIG_FILE: config,
      AWS_SHARED_CREDENTIALS_FILE: credentials,
      AWS_ACCESS_KEY_ID: undefined,
      AWS_SECRET_ACCESS_KEY: undefined,
    },
    config: (text) => writeFileSync(config, text),
    credentials: (keys) => writeFileSync(credentials, Object.entries(keys).map(toSection).join('\n')),
  };
}

function toSection([profile, accessKeyId]: [profile: string, accessKeyId: string]): string {
  return `[${profile}]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = secret\n`;
}

/** A program for `credential_process`; what it prints, or how it fails, can be changed while others call it. */
export function credentialHelper(folder: string) {
  const path = join(folder, 'helper.sh');
  const pids = join(folder, 'helper.pids');
  const write = (lines: readonly string[]) => {
    writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'));
    chmodSync(path, 0o755);
  };
  return {
    path,
    /** Gives this key, until `expiresAt` if at all. */
    gives(accessKeyId: string, expiresAt?: number): void {
      const Expiration = expiresAt === undefined ? undefined : new Date(expiresAt).toISOString();
      const given = { Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: 'secret', Expiration };
      write([`echo '${JSON.stringify(given)}'`]);
    },
    /** Takes so many seconds, and then fails. */
    dawdles(seconds: number): void {
      write([`sleep ${seconds}`, 'exit 3']);
    },
    fails(words: string): void {
      write([`echo '${words}' >&2`, 'exit 3']);
    },
    /** Starts another process, and never ends, as far as a test can tell; neither does that one. */
    hangs(): void {
      write(['sleep 300 &', `echo "$$ $!" >> ${pids}`, 'wait']);
    },
    /** Writes for as long as somebody reads, and starts another process. */
    floods(): void {
      write([
        'sleep 300 &',
        `echo "$$ $!" >> ${pids}`,
        'while :; do echo 0123456789012345678901234567890123456789; done',
      ]);
    },
    /** The processes of every call that hung or flooded, two each. */
    hung: (): readonly number[] =>
      existsSync(pids) ? readFileSync(pids, 'utf8').trim().split(/\s+/).map(Number) : [],
  };
}

/** Whether a process runs; one that has ended and that nobody has asked about yet does not. */
export function isRunning(pid: number): boolean {
  try {
    return !execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).startsWith('Z');
  } catch {
    return false;
  }
}

/** The metadata service of a machine that has a role; `asked` says whether anybody came for its keys. */
export async function startMachineRole(accessKeyId: string) {
  const given = {
    Code: 'Success',
    AccessKeyId: accessKeyId,
    SecretAccessKey: 'secret',
    Token: 'token',
    Expiration: new Date(Date.now() + 6 * 3_600_000).toISOString(),
  };
  const server = await startServer((response, { method, url = '' }) => {
    if (method === 'PUT') response.end('metadata-token');
    else if (url.endsWith('/machine')) response.end(JSON.stringify(given));
    else response.end('machine');
  });
  onTestFinished(() => server.close());
  return {
    env: { AWS_EC2_METADATA_DISABLED: undefined, AWS_EC2_METADATA_SERVICE_ENDPOINT: server.url },
    asked: () => server.requests.some(({ url = '' }) => url.includes('security-credentials')),
  };
}

/** Puts down what `aws sso login` leaves behind for a session, in the home that `sharedFiles` gives. */
export function ssoLogin(folder: string, session: string, expiresAt: number, more: object = {}): void {
  const cache = join(folder, '.aws', 'sso', 'cache');
  mkdirSync(cache, { recursive: true });
  const token = { accessToken: 'access', expiresAt: new Date(expiresAt).toISOString(), ...more };
  const name = createHash('sha1').update(session).digest('hex');
  writeFileSync(join(cache, `${name}.json`), JSON.stringify(token));
}

/** What a container agent answers with. */
export function containerKeys(accessKeyId: string, expiresAt: number): string {
  return JSON.stringify({
    AccessKeyId: accessKeyId,
    SecretAccessKey: 'secret',
    Token: 'token',
    Expiration: new Date(expiresAt).toISOString(),
  });
}

/** STS as a server of its own: every role that it is asked for gets a key of its own, `ASIA1` and so on, until `expiresAt`. */
export async function startSts(accountId: string, expiresAt: () => number) {
  let given = 0;
  const server = await startServer((response, { form }) => {
    const action = form.get('Action') ?? '';
    const role = form.get('RoleArn')?.split('/').pop();
    if (role !== undefined) given += 1;
    const user = `<AssumedRoleUser><Arn>arn:aws:sts::${accountId}:assumed-role/${role}/s</Arn></AssumedRoleUser>`;
    const keys = `<Credentials><AccessKeyId>ASIA${given}</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>${new Date(expiresAt()).toISOString()}</Expiration></Credentials>`;
    const result = role === undefined ? `<Account>${accountId}</Account>` : `${user}${keys}`;
    response.end(
      `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result>${result}</${action}Result></${action}Response>`,
    );
  });
  onTestFinished(() => server.close());
  return {
    url: server.url,
    requests: server.requests,
    /** The last part of every role that was asked for, in order. */
    roles: () => server.requests.flatMap(({ form }) => form.get('RoleArn')?.split('/').pop() ?? []),
    /** The key that was given last. */
    lastKey: () => `ASIA${given}`,
  };
}
