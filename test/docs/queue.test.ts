import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';
import { USUAL_KEYS } from '../../src/event-forms/access-log-row.ts';
import { toMessage } from '../../src/event-forms/message.ts';
import { cleanEnv, keys } from '../program/program.ts';
import { simulateQueue } from '../simulator/sqs/queue.ts';
import { startServer } from '../support/http-server.ts';
import { docs } from './page.ts';

const ID = 'gbgBR89uMQAYKEiZJA==';
const AT = 1790295783800;
const eventOf = (eventType: string) => ({
  headers: { 'User-Agent': 'a browser' },
  requestContext: {
    eventType,
    stage: 'prod',
    connectedAt: AT - 18,
    requestTimeEpoch: AT,
    identity: { sourceIp: '192.0.2.1' },
    domainName: 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com',
    connectionId: ID,
    apiId: 'a1b2c3d4e5',
  },
});

/** Runs the function in a process of its own: what it gave or threw, and what it logged. */
function invoke(endpoint: string, queueUrl: string, event: object, call = 'code.handler(event)') {
  const script = `const code = require(${JSON.stringify(`${docs}wiring/queue.cjs`)}), event = ${JSON.stringify(event)};
    ${call}.then((result) => console.log(JSON.stringify(result)), (error) => console.log(error.message));`;
  const env = {
    ...cleanEnv,
    ...keys,
    AWS_REGION: 'eu-west-1',
    AWS_ENDPOINT_URL: endpoint,
    QUEUE_URL: queueUrl,
    QUEUE_TIMEOUT_MS: '5000',
  };
  return new Promise<{ result: string; log: string }>((resolve, reject) => {
    execFile(process.execPath, ['-e', script], { env }, (error, stdout, stderr) => {
      if (error) reject(error);
      else resolve({ result: stdout.trim(), log: stderr });
    });
  });
}

test.each(['CONNECT', 'DISCONNECT'])(
  'a %s is sent as the exporter reads it, and nothing personal',
  async (type) => {
    const { url, bodies } = await simulateQueue();
    const queueUrl = `${url}/111122223333/ws-events`;
    expect((await invoke(url, queueUrl, eventOf(type))).result).toBe('{"statusCode":200}');
    const [body = '', ...others] = await bodies();
    expect(others).toEqual([]);
    expect(toMessage(body, USUAL_KEYS, 0)).toMatchObject({
      is: 'event',
      at: AT,
      event: { type: type.toLowerCase(), connectionId: ID, apiId: 'a1b2c3d4e5', stage: 'prod' },
    });
    expect(body).not.toMatch(/192\.0\.2\.1|browser/);
  },
);

test('a connect that the handler refuses is not told, and an end is told even when the handler fails', async () => {
  const { url, bodies } = await simulateQueue();
  const queueUrl = `${url}/111122223333/ws-events`;
  const refuse = 'code.withQueue(async () => ({ statusCode: 403 }))(event)';
  expect((await invoke(url, queueUrl, eventOf('CONNECT'), refuse)).result).toBe('{"statusCode":403}');
  expect(await bodies()).toEqual([]);
  const fail = 'code.withQueue(async () => { throw new Error("no table") })(event)';
  expect((await invoke(url, queueUrl, eventOf('DISCONNECT'), fail)).result).toBe('no table');
  expect(await bodies()).toHaveLength(1);
});

test('a queue that refuses keeps no client out', async () => {
  const server = await startServer((response) => void response.writeHead(403).end('{}'));
  const { result, log } = await invoke(
    server.url,
    `${server.url}/111122223333/ws-events`,
    eventOf('CONNECT'),
  );
  await server.close();
  expect(result).toBe('{"statusCode":200}');
  expect(log).toContain('the queue did not take it');
});
