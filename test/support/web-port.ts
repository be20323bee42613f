import { once } from 'node:events';
import { cpSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, OutgoingHttpHeaders, RequestListener } from 'node:http';
import { request as requestHttp } from 'node:http';
import { type RequestOptions, request as requestHttps } from 'node:https';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { compare } from 'bcryptjs';
import { onTestFinished } from 'vitest';
import { openWeb } from '../../src/app/web.ts';
import { systemClock } from '../../src/core/clock.ts';
import type { ConnectionsOptions } from '../../src/server/connections.ts';
import { listen } from '../../src/server/listen.ts';
import { Passwords } from '../../src/server/passwords.ts';
import { FILES, pem } from '../web-config/certificates.ts';
import { createLogBook } from './log-book.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** What came of a request: its answer, or the code of the error. */
export interface Asked {
  readonly status?: number;
  readonly body?: string;
  readonly headers?: IncomingMessage['headers'];
  readonly error?: string;
}

/** A port behind a web configuration file, gone when the test ends. */
export interface WebPort {
  readonly url: string;
  readonly folder: string;
  /** What could not be read, by kind and address. */
  readonly kinds: readonly string[];
  /** What the log says. */
  readonly lines: readonly string[];
  /** Replaces the web configuration. */
  write(text: string): void;
  close(): Promise<void>;
  /** How often passwords were compared. */
  comparisons(): number;
}

/** Serves `app` behind this web configuration, in a folder with the certificates of tests. */
export async function openPort(
  text: string,
  options: Partial<ConnectionsOptions> & { readonly app?: RequestListener } = {},
): Promise<WebPort> {
  const { app = (_request: IncomingMessage, response) => void response.end('hello'), ...more } = options;
  const folder = temporaryFolder();
  cpSync(FILES, folder, { recursive: true });
  const file = join(folder, 'web.yml');
  writeFileSync(file, text);
  const logger = createLogBook();
  const kinds: string[] = [];
  let comparisons = 0;
  const passwords = new Passwords({
    random: Math.random,
    compare: (password, hash) => {
      comparisons += 1;
      return compare(password, hash);
    },
  });
  const web = openWeb({ clock: options.clock ?? systemClock, logger, passwords }, 'the port', file);
  const { urls, close } = await listen(web.guard(app), [{ host: '127.0.0.1', port: 0 }], {
    encryption: web.encryption,
    onUnreadable: ({ kind }, from) => kinds.push(`${kind} ${from}`),
    ...more,
  });
  onTestFinished(close);
  return {
    url: urls[0] ?? '',
    folder,
    kinds,
    lines: logger.lines,
    write: (next) => writeFileSync(file, next),
    close,
    comparisons: () => comparisons,
  };
}

/** The name and the password in a header Authorization. */
export function login(user: string, password: string): OutgoingHttpHeaders {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

/** A client's certificate and key by the name of their files. */
export function as(name: string): { readonly cert: string; readonly key: string } {
  return { cert: pem(`${name}.pem`), key: pem(`${name}.key`) };
}

/** Asks over a connection of its own, and trusts the authority of tests. */
export async function ask(
  url: string,
  options: RequestOptions & Pick<ConnectionOptions, 'session'> = {},
): Promise<Asked> {
  const isTls = url.startsWith('https:');
  const given = { agent: false, ...(isTls && { ca: pem('authority.pem') }), ...options };
  const request = (isTls ? requestHttps : requestHttp)(url, given).end();
  try {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of response.setEncoding('utf8')) body += chunk;
    return { status: response.statusCode ?? 0, body, headers: response.headers };
  } catch (error) {
    return { error: (error as NodeJS.ErrnoException).code ?? String(error) };
  }
}
