import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { expect, test } from 'vitest';
import { openRaw, PROXY_V1, PROXY_V2 } from '../support/raw-client.ts';
import { type Lab, openLab, ready, temporaryFolder } from './lab.ts';
import { eventually } from './program.ts';

const INTAKE = 'enabled: true, listen_address: "127.0.0.1:0"';
const REQUEST = 'GET /-/healthy HTTP/1.1\r\nHost: x\r\n\r\n';
const EVENTS = 'aws_connections_exporter_intake_events_total';

function serve(lab: Lab, ...flags: string[]) {
  return lab.serve(['--log.format=logfmt', ...flags]);
}

/** What a client of bytes is told; everything was read by then. */
async function tell(url: string, sent: string | Uint8Array): Promise<string> {
  const client = await openRaw(url, sent);
  await client.until(/\n$/);
  client.socket.end();
  return client.closed;
}

test('what is no HTTP at the two ports is counted, said once per kind, and answered as everything else', async () => {
  const lab = await openLab({ intake: `${INTAKE}, allow_unauthenticated: true` });
  const daemon = await serve(lab);
  await ready(daemon);
  for (const url of [daemon.url, daemon.intakeUrl]) {
    for (let n = 0; n < 3; n += 1) {
      for (const sent of [
        PROXY_V2,
        PROXY_V1 + REQUEST,
        `GET / HTTP/1.1\r\nHost: x\r\nCookie: ${'x'.repeat(20_000)}\r\n\r\n`,
        'GET / HTTP/1.1\r\n\r\n',
        'EHLO scanner\r\n',
      ]) {
        const answer = await tell(url, sent);
        expect(answer).toMatch(/^HTTP\/1\.1 4(00|31) /);
        for (const header of [
          'X-Content-Type-Options: nosniff',
          "Content-Security-Policy: default-src 'none'",
        ])
          expect(answer).toContain(`\r\n${header}`);
      }
    }
    const port = Number(new URL(url).port);
    const tls = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false });
    await once(tls, 'error');
    const http2 = connectHttp2(url);
    await once(http2, 'error');
    // A health check of TCP, and one that closes at once.
    const check = await openRaw(url);
    check.socket.end();
    await check.closed;
    (await openRaw(url)).socket.resetAndDestroy();
  }
  const series = await daemon.scrape();
  expect(series.get(`${EVENTS}{event="unknown",result="unreadable"}`)).toBe(3 * 5 + 2);
  const said = () =>
    daemon
      .stderr()
      .split('\n')
      .filter((line) => line.includes('could not be read.'));
  for (const [port, fields] of [
    ['the metrics port', ' from=127.0.0.1'],
    ['the intake', ` from=127.0.0.1 metric="${EVENTS}{result=\\"unreadable\\"}"`],
  ]) {
    const kinds = said()
      .filter((line) => line.includes(`level=WARN msg="A request to ${port} could not be read. `))
      .map((line) => / kind=(\w+) count=1 from=127\.0\.0\.1/.exec(line)?.[1]);
    expect(kinds).toEqual([
      'proxy_protocol_v2',
      'proxy_protocol_v1',
      'headers_too_large',
      'no_host',
      'other',
      'tls',
      'http2',
    ]);
    expect(
      said()
        .filter((line) => line.includes(port ?? ''))
        .every((line) => line.endsWith(fields ?? '')),
    ).toBe(true);
  }
  expect(daemon.stderr()).toContain('set proxy_protocol_v2.enabled of the target group to false');
  expect(daemon.stderr()).not.toContain('scanner');
  daemon.kill('SIGTERM');
  expect(await daemon.ended).toMatchObject({ code: 0 });
});

test('a page of another origin reloads nothing; a program does', async () => {
  const lab = await openLab();
  const daemon = await serve(lab, '--web.enable-lifecycle');
  const reload = async (headers: Record<string, string>) =>
    (await fetch(`${daemon.url}/-/reload`, { method: 'POST', headers })).status;
  expect(await reload({ origin: 'https://evil.example' })).toBe(403);
  expect(daemon.stderr()).not.toContain('reloaded');
  expect(await reload({ origin: daemon.url })).toBe(200);
  expect(await reload({})).toBe(200);
  expect(daemon.stderr().match(/The configuration was reloaded/g)).toHaveLength(2);
});

test('a rotation of the token refuses nobody: the file holds the old one and the new one', async () => {
  const file = join(temporaryFolder(), 'intake.token');
  const lab = await openLab({ intake: `${INTAKE}, token_file: "${file}"` });
  writeFileSync(file, 'old-secret\n');
  const daemon = await serve(lab, '--web.enable-lifecycle');
  const statuses = () =>
    Promise.all(
      ['old-secret', 'new-secret', 'other', 'old-secret\nnew-secret'].map(async (token) => {
        const headers = { 'X-Intake-Token': token.replace('\n', ','), ConnectionId: 'L0SM9cOFvHcCIhw=' };
        return (await fetch(`${daemon.intakeUrl}/websocket/connect`, { headers })).status;
      }),
    );
  const reload = async () => {
    const response = await fetch(`${daemon.url}/-/reload`, { method: 'POST' });
    return { status: response.status, text: await response.text() };
  };
  expect(await statuses()).toEqual([200, 401, 401, 401]);
  writeFileSync(file, '\n  old-secret \r\n\r\nnew-secret\n');
  expect((await reload()).status).toBe(200);
  await eventually(async () => expect(await statuses()).toEqual([200, 200, 401, 401]));
  writeFileSync(file, 'new-secret\nmy secret\n');
  const refused = await reload();
  expect(refused.status).toBe(400);
  expect(refused.text).toContain('Not so: line 2');
  expect(refused.text).not.toContain('my secret');
  writeFileSync(file, 'new-secret\n');
  expect((await reload()).status).toBe(200);
  await eventually(async () => expect(await statuses()).toEqual([401, 200, 401, 401]));
});
