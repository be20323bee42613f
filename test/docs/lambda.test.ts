import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { toBodyEvent } from '../../src/event-forms/shapes.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { readTemplate } from './cloudformation.ts';
import { docs } from './page.ts';

interface Received {
  readonly url: string | undefined;
  readonly token: string | string[] | undefined;
  readonly body: string;
}

/** An intake that answers with this status, or never. */
async function startIntake(status: number | 'never'): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const token = request.headers['x-intake-token'];
    received.push({ url: request.url, token, body: Buffer.concat(chunks).toString() });
    if (status !== 'never') response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received };
}

const { Code, Handler, Environment } = readTemplate('lambda').Resources.Function?.Properties ?? {};
const code = (Code as { ZipFile: string }).ZipFile;

const ID = 'gbgBR89uMQAYKEiZJA==';
const TOKEN = 'a-token-of-the-intake';

function eventOf(eventType: string) {
  return {
    headers: { 'User-Agent': 'a browser', 'X-Forwarded-For': '192.0.2.1' },
    requestContext: {
      eventType,
      stage: 'prod',
      connectedAt: 1790295783782,
      identity: { sourceIp: '192.0.2.1', userAgent: 'a browser' },
      domainName: 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com',
      connectionId: ID,
      apiId: 'a1b2c3d4e5',
    },
    body: 'what the client said',
  };
}

interface Run {
  /** An expression: the module is `code`, the event is `event`. */
  readonly call?: string;
  readonly timeoutMs?: number;
}

/** Runs the function in a process of its own; the result is JSON, or the message of what it threw. */
function invoke(url: string, event: unknown, { call = 'code.handler(event)', timeoutMs = 30_000 }: Run = {}) {
  const file = join(temporaryFolder(), 'index.js');
  writeFileSync(file, code);
  const script = `const code = require(${JSON.stringify(file)}), event = ${JSON.stringify(event)};
    ${call}.then((result) => console.log(JSON.stringify(result)), (error) => console.log(error.message));`;
  const env = { INTAKE_URL: url, INTAKE_TOKEN: TOKEN, INTAKE_TIMEOUT_MS: String(timeoutMs) };
  return new Promise<{ result: string; log: string }>((resolve, reject) => {
    execFile(process.execPath, ['-e', script], { env }, (error, stdout, stderr) => {
      if (error) reject(error);
      else resolve({ result: stdout.trim(), log: stderr });
    });
  });
}

const ACCEPTED = '{"statusCode":200}';

test.each(['CONNECT', 'DISCONNECT', 'MESSAGE'])(
  'a %s event reaches the intake, with the token',
  async (type) => {
    const { url, received } = await startIntake(200);
    expect(await invoke(url, eventOf(type))).toEqual({ result: ACCEPTED, log: '' });
    expect(received).toEqual([{ url: '/websocket', token: TOKEN, body: expect.any(String) }]);
    expect(toBodyEvent({ type: undefined }, received[0]?.body ?? '')).toEqual({
      type: type.toLowerCase(),
      connectionId: ID,
      apiId: 'a1b2c3d4e5',
      stage: 'prod',
      domain: 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com',
      connectedAt: 1790295783782,
    });
  },
);

test('nothing that a client sent or is goes to the intake', async () => {
  const { url, received } = await startIntake(200);
  await invoke(url, eventOf('MESSAGE'));
  expect(received).toHaveLength(1);
  expect(received[0]?.body).not.toMatch(/192\.0\.2\.1|browser|client said/);
});

test.each([401, 500, 503])('the connect succeeds when the intake answers %i', async (status) => {
  const { url } = await startIntake(status);
  const log = `the intake answered ${status}\n`;
  expect(await invoke(url, eventOf('CONNECT'))).toEqual({ result: ACCEPTED, log });
});

test('the connect succeeds when the intake never answers', async () => {
  const { url, received } = await startIntake('never');
  const { result, log } = await invoke(url, eventOf('CONNECT'), { timeoutMs: 500 });
  expect(result).toBe(ACCEPTED);
  expect(log).toMatch(/the intake did not answer: .*timeout/);
  expect(received).toHaveLength(1);
});

test('the connect succeeds when there is no intake, and the log names neither connection nor token', async () => {
  // Nobody listens on port 1 of the loopback interface.
  const { result, log } = await invoke('http://127.0.0.1:1', eventOf('CONNECT'));
  expect(result).toBe(ACCEPTED);
  expect(log).toContain('the intake did not answer');
  expect(log).not.toContain(ID);
  expect(log).not.toContain(TOKEN);
});

test.each([{}, null, 'text', { requestContext: null }])(
  'an event that is none (%j) is answered all the same',
  async (event) => {
    const { url, received } = await startIntake(200);
    expect(await invoke(url, event)).toMatchObject({ result: ACCEPTED });
    expect(received).toEqual([]);
  },
);

test('a wrapped handler gets the event and the context, and its answer is given', async () => {
  const { url, received } = await startIntake(200);
  const call = 'code.withIntake(async (...args) => ({ statusCode: 201, args }))(event, 7)';
  const { result } = await invoke(url, eventOf('CONNECT'), { call });
  expect(JSON.parse(result)).toMatchObject({ statusCode: 201, args: [eventOf('CONNECT'), 7, null] });
  expect(received).toHaveLength(1);
});

test.each([
  [
    'through its callback',
    '(event, context, callback) => { setTimeout(callback, 1, null, { statusCode: 201 }); }',
    '{"statusCode":201}',
    1,
  ],
  [
    'at once through it',
    '(event, context, callback) => callback(null, { statusCode: 201 })',
    '{"statusCode":201}',
    1,
  ],
  [
    'by a promise, though it has one',
    'async (event, context, callback) => ({ statusCode: 201 })',
    '{"statusCode":201}',
    1,
  ],
  ['with nothing', '() => {}', 'undefined', 1],
  [
    'with a refusal through its callback',
    '(event, context, callback) => callback(null, { statusCode: 403 })',
    '{"statusCode":403}',
    0,
  ],
  [
    'with an error through its callback',
    '(event, context, callback) => callback(new Error("no table"))',
    'no table',
    0,
  ],
  [
    'by throwing, though it has one',
    '(event, context, callback) => { throw new Error("no table"); }',
    'no table',
    0,
  ],
])('a wrapped handler may answer %s', async (_, handler, result, told) => {
  const { url, received } = await startIntake(200);
  const outcome = await invoke(url, eventOf('CONNECT'), { call: `code.withIntake(${handler})(event, 7)` });
  expect([outcome.result, received.length]).toEqual([result, told]);
});

test('a connect that the wrapped handler refuses is not told', async () => {
  const { url, received } = await startIntake(200);
  const refuse = { call: 'code.withIntake(async () => ({ statusCode: 403 }))(event)' };
  const fail = { call: 'code.withIntake(async () => { throw new Error("no table") })(event)' };
  expect((await invoke(url, eventOf('CONNECT'), refuse)).result).toBe('{"statusCode":403}');
  expect((await invoke(url, eventOf('CONNECT'), fail)).result).toBe('no table');
  expect(received).toEqual([]);
});

test('a disconnect is told even when the wrapped handler fails', async () => {
  const { url, received } = await startIntake(200);
  const fail = { call: 'code.withIntake(async () => { throw new Error("no table") })(event)' };
  expect((await invoke(url, eventOf('DISCONNECT'), fail)).result).toBe('no table');
  expect(received).toHaveLength(1);
});

test('the template carries the function of lambda.cjs, and waits half a second for the intake', () => {
  expect(code).toBe(readFileSync(`${docs}wiring/lambda.cjs`, 'utf8'));
  expect(Handler).toBe('index.handler');
  const names = [...code.matchAll(/\bINTAKE_\w+/g)].map(([name]) => name);
  expect(Environment).toMatchObject({ Variables: { INTAKE_TIMEOUT_MS: '500' } });
  expect(Object.keys((Environment as { Variables: object }).Variables).sort()).toEqual(
    [...new Set(names)].sort(),
  );
});
