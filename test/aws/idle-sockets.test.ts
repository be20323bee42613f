import { writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { GetConnectionCommand } from '@aws-sdk/client-apigatewaymanagementapi';
import { DescribeClientVpnConnectionsCommand } from '@aws-sdk/client-ec2';
import { expect, onTestFinished, test } from 'vitest';
import type { Calls } from '../../src/aws/calls.ts';
import { createSource } from '../../src/collectors/websocket/source.ts';
import { json, openAws, TARGET } from '../support/aws.ts';
import { CERTIFICATE, KEY } from '../support/certificate.ts';
import { type Fate, startNat } from '../support/forgetful-nat.ts';
import { type Answer, startServer } from '../support/http-server.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const NONE = '<DescribeClientVpnConnectionsResponse><connections/></DescribeClientVpnConnectionsResponse>';
const noConnections: Answer = (response) => void response.end(NONE);
const live = json(200, { connectedAt: '2026-09-25T00:02:14.263Z' });
const URL_PROD = 'https://a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod';

/** A server behind a NAT, with TLS or without, and ways to ask it; each call is tried once. */
async function setUp(fate: Fate, answer: Answer, { tls = false, idleMs = 60_000 } = {}) {
  const server = await startServer(answer, tls ? { key: KEY, cert: CERTIFICATE } : undefined);
  onTestFinished(() => server.close());
  const nat = await startNat(server.url, fate);
  const caBundle = `${temporaryFolder()}/ca.pem`;
  await writeFile(caBundle, CERTIFICATE);
  const { aws, calls } = await openAws(answer, { endpointUrl: nat.url, caBundle, maxAttempts: 1, idleMs });
  const list = async () =>
    (await aws.ec2(TARGET)).send(
      new DescribeClientVpnConnectionsCommand({ ClientVpnEndpointId: 'cvpn-endpoint-1' }),
    );
  const lookUp = () => createSource(aws).lookUp(TARGET, URL_PROD, 'a=', new AbortController().signal);
  return { server, nat, calls, list, lookUp };
}

/** Requests but those to STS, and errors by kind. */
function counts(calls: Calls): Record<string, number> {
  const [requests, errors] = calls.families;
  const counted: Record<string, number> = { requests: 0 };
  for (const { labels, value } of requests?.samples() ?? []) {
    const { api } = labels as Record<string, string>;
    if (api !== 'sts') counted.requests = (counted.requests ?? 0) + value;
  }
  for (const { labels, value } of errors?.samples() ?? []) {
    const { error = '' } = labels as Record<string, string>;
    if (value > 0) counted[error] = (counted[error] ?? 0) + value;
  }
  return counted;
}

test.each([false, true])('what a forgotten socket resets is sent once more (TLS: %s)', async (tls) => {
  const { nat, calls, server, list } = await setUp('reset', noConnections, { tls });
  await list();
  nat.forget();
  expect((await list()).Connections).toEqual([]);
  expect(server.requests).toHaveLength(2);
  expect(counts(calls)).toEqual({ requests: 3, unavailable: 1 });
});

test.each([false, true])('so are look-ups, which are never retried (TLS: %s)', async (tls) => {
  const { nat, calls, server, lookUp } = await setUp('reset', live, { tls });
  await lookUp();
  nat.forget();
  expect(await lookUp()).toMatchObject({ status: 'alive' });
  expect(server.requests).toHaveLength(2);
  expect(counts(calls)).toEqual({ requests: 3, unavailable: 1 });
});

test('however many sockets were forgotten, every request of the next pass is answered', async () => {
  const waiting: (() => void)[] = [];
  const together: Answer = (response, request) => {
    waiting.push(() => live(response, request));
    if (waiting.length === 8) for (const answer of waiting.splice(0)) answer();
  };
  const { nat, server, lookUp } = await setUp('reset', together);
  const pass = () => Promise.all(Array.from({ length: 8 }, lookUp));
  await pass();
  nat.forget();
  expect(await pass()).toHaveLength(8);
  expect(server.requests).toHaveLength(16);
  expect(nat.opened).toBe(16);
});

test('a pass that asks for one thing after the other meets one dead socket, not one by one', async () => {
  const waiting: (() => void)[] = [];
  let size = 8;
  const together: Answer = (response, request) => {
    waiting.push(() => live(response, request));
    if (waiting.length === size) for (const answer of waiting.splice(0)) answer();
  };
  const { nat, calls, lookUp } = await setUp('reset', together);
  await Promise.all(Array.from({ length: 8 }, lookUp));
  nat.forget();
  size = 1;
  for (let n = 0; n < 8; n += 1) await lookUp();
  expect(counts(calls)).toEqual({ requests: 17, unavailable: 1 });
});

test.each([false, true])('an idle socket is closed before it can be forgotten (TLS: %s)', async (tls) => {
  const { nat, calls, lookUp } = await setUp('swallow', live, { tls, idleMs: 40 });
  for (let n = 0; n < 3; n += 1) {
    expect(await lookUp()).toMatchObject({ status: 'alive' });
    await nat.idle(2_000);
  }
  expect(nat.opened).toBe(3);
  expect(counts(calls)).toEqual({ requests: 3 });
});

test('within a pass a socket serves again', async () => {
  const { nat, lookUp } = await setUp('swallow', live);
  for (let n = 0; n < 3; n += 1) await lookUp();
  expect(nat.opened).toBe(1);
});

/** A server that answers the first request, and says `rest` to the second before it hangs up; later connections are answered. */
async function startBreaking(rest: string) {
  let requests = 0;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => {
      requests += 1;
      if (requests !== 2) socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${NONE.length}\r\n\r\n${NONE}`);
      else if (rest === '') socket.resetAndDestroy();
      else socket.end(rest);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, requests: () => requests };
}

test.each([
  ['an answer’s first bytes', 'HTTP/1.1 2'],
  ['half an answer', `HTTP/1.1 200 OK\r\ncontent-length: ${NONE.length}\r\n\r\n<Desc`],
])('what was reset after %s is not sent again this way', async (_, rest) => {
  const { url, requests } = await startBreaking(rest);
  const { aws, calls } = await openAws(noConnections, { endpointUrl: url, maxAttempts: 1 });
  const client = await aws.ec2(TARGET);
  const list = () =>
    client.send(new DescribeClientVpnConnectionsCommand({ ClientVpnEndpointId: 'cvpn-endpoint-1' }));
  await list();
  await expect(list()).rejects.toThrow();
  expect(requests()).toBe(2);
  expect(counts(calls)).toEqual({ requests: 2, unavailable: 1 });
});

test('a reset on a socket that is new is told at once, as unavailable', async () => {
  const { aws, calls, server } = await openAws((response) => void response.destroy(), { maxAttempts: 1 });
  const sent = (await aws.management(TARGET, URL_PROD)).send(
    new GetConnectionCommand({ ConnectionId: 'a=' }),
  );
  await expect(sent).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(server.requests).toHaveLength(1);
  expect(counts(calls)).toEqual({ requests: 1, unavailable: 1 });
});
