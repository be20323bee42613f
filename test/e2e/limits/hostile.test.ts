import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { toLabel } from '../../../src/exposition/short-labels.ts';
import { negotiate } from '../../../src/server/accept.ts';
import { said, startRig } from '../../support/exporter.ts';
import { startServer } from '../../support/http-server.ts';
import { openJudge } from '../../support/judges.ts';
import { needs } from '../../support/programs.ts';

const TOTAL = 'aws_client_vpn_ingress_bytes_total';

test('however many statuses there are, those past the first twenty are _other, with all that flowed', async () => {
  const rig = await startRig();
  const endpointId = rig.world.addEndpoint();
  const ids: string[] = [];
  for (let n = 0; n < 3_000; n++) ids.push(rig.world.connect(endpointId));
  await rig.pass();
  for (const [n, id] of ids.entries()) rig.world.set(id, { statusCode: `status-${n}` });
  await rig.pass();
  for (const id of ids) rig.world.talk(id, { ingressBytes: 1 });
  await rig.pass();
  const metrics = await rig.metrics();
  const counts = metrics.by('status', 'aws_client_vpn_connections');
  expect(Object.keys(counts)).toHaveLength(25);
  expect(counts._other).toBe(2_980);
  const sum = (name: string) => metrics.all(name).reduce((all, { value }) => all + value, 0);
  expect(sum('aws_client_vpn_connections')).toBe(3_000);
  expect(sum(TOTAL)).toBe(3_000);
  expect(metrics.value(TOTAL, { status: '_other' })).toBe(2_980);
  expect(metrics.value('aws_client_vpn_connection_transitions_total', { status: '_other' })).toBe(2_980);
  expect(metrics.value('aws_connections_exporter_series_dropped_total', { reason: 'status_cap' })).toBe(
    2 * 2_980 * 11,
  );

  // Places are first come, and on disk: other new statuses take none of them.
  await rig.restart();
  for (const [n, id] of ids.entries()) rig.world.set(id, { statusCode: `other-${n}` });
  await rig.pass();
  const after = await rig.metrics();
  expect(after.by('status', 'aws_client_vpn_connections')).toEqual({
    active: 0,
    'failed-to-terminate': 0,
    terminating: 0,
    terminated: 0,
    _other: 3_000,
  });
  expect(Object.keys(after.by('status', TOTAL)).sort()).toEqual(
    Object.keys(metrics.by('status', TOTAL)).sort(),
  );
});

test('names of any length are cut at 256 characters, and those that begin alike stay apart', async () => {
  const rig = await startRig({ client_vpn: { users: { enabled: true }, connections: { enabled: true } } });
  const long = '𝒜'.repeat(300);
  const endpointId = rig.world.addEndpoint({ name: `n${long}`, description: `d"\\\n${long}` });
  rig.world.addEndpoint({ name: '🦊'.repeat(256) });
  for (const username of [`${long}1`, `${long}2`, `${long}2`]) rig.world.connect(endpointId, { username });
  await rig.pass();
  const metrics = await rig.metrics();
  for (const { labels } of metrics.series)
    for (const value of Object.values(labels)) {
      expect([...value].length).toBeLessThanOrEqual(256);
      expect(value.isWellFormed()).toBe(true);
    }
  const users = metrics.by('user', 'aws_client_vpn_user_connections');
  expect(Object.values(users)).toEqual([1, 2]);
  for (const user of Object.keys(users)) expect(user).toMatch(/^(𝒜){233}…[\w-]{22}$/u);
  expect(metrics.value('aws_client_vpn_connected_users', { endpoint_id: endpointId })).toBe(2);
  // As long as AWS allows is not too long.
  expect(metrics.all('aws_client_vpn_endpoint_info', { name: '🦊'.repeat(256) })).toHaveLength(1);
  await rig.pass();
  const lines = said(rig.log, 'A label is longer than 256 characters');
  expect(lines.map((line) => /label=(\w+)/.exec(line)?.[1]).sort()).toEqual(['description', 'name', 'user']);
  for (const line of lines) expect(line).not.toContain('𝒜');
});

test('any two texts are shown as two, none of them long', () => {
  const text = fc.string({ unit: 'binary', maxLength: 600 });
  fc.assert(
    fc.property(text, text, fc.constantFrom('', 'a'.repeat(250), '🦊'.repeat(255)), (a, b, before) => {
      const [one, two] = [toLabel(before + a), toLabel(before + b)];
      expect([...one].length).toBeLessThanOrEqual(256);
      expect(one === two).toBe(a === b);
      if ([...(before + a)].length <= 256) expect(one).toBe(before + a);
      expect(toLabel(one)).toBe(one);
    }),
  );
});

/** Bytes that no XML may hold and the simulator does not send, by what stands for them in a name. */
const BYTES: Readonly<Record<string, string>> = {
  NULL: '\u0000',
  HALF: '&#xD83D;',
  UNUSUAL: '\u0001\u001f\u007f',
  INVALID: '\u00ff\u00c3(',
};

for (const name of ['prometheus-judge', 'openmetrics-python'] as const) {
  needs(name)(
    `null bytes, half characters, invalid UTF-8 and control characters harm no series for ${name}`,
    async () => {
      const rig = await startRig({ client_vpn: { users: { enabled: true } } });
      const between = await startServer(async (response, { url = '', method = '', headers, body }) => {
        const given = {
          authorization: headers.authorization ?? '',
          'content-type': headers['content-type'] ?? '',
        };
        const answer = await fetch(`${rig.simulator.url}${url}`, { method, headers: given, body });
        const text = Buffer.from(await answer.arrayBuffer()).toString('latin1');
        const sent = text.replaceAll(/NULL|HALF|UNUSUAL|INVALID/g, (word) => BYTES[word] ?? '');
        response.writeHead(answer.status, { 'content-type': 'text/xml' }).end(Buffer.from(sent, 'latin1'));
      });
      onTestFinished(() => between.close());
      const names = Object.keys(BYTES);
      const endpointId = rig.world.addEndpoint({ name: names.join(' ') });
      for (const word of names) rig.world.connect(endpointId, { username: `a${word}b` });
      await rig.configure(
        readFileSync(join(rig.folder, 'exporter.yaml'), 'utf8').replaceAll(rig.simulator.url, between.url),
      );
      await rig.restart();
      await rig.pass();
      const judge = openJudge(name);
      for (const accept of ['text/plain', 'application/openmetrics-text;version=1.0.0']) {
        const { text } = await rig.get('/metrics', { headers: { accept } });
        const { samples } = await judge.read(negotiate(accept).contentType, text);
        const users = samples.filter(([metric]) => metric === 'aws_client_vpn_user_connections');
        expect(users.map(([, { user }]) => user).sort()).toEqual([
          'a\u0000b',
          'a\u0001\u001f\u007fb',
          'a\ufffdb',
          'a\ufffd\ufffd(b',
        ]);
        expect(samples.find(([metric]) => metric === 'aws_client_vpn_up')?.[2]).toBe(1);
      }
    },
  );
}

test('of one connection fifty postures count, and a row whose id is too long is none', async () => {
  const rig = await startRig();
  const endpointId = rig.world.addEndpoint();
  rig.world.connect(endpointId, { postures: Array.from({ length: 60 }, (_, n) => `posture-${n}`) });
  rig.world.connect(endpointId, { id: 'x'.repeat(128) });
  rig.world.connect(endpointId, { id: 'x'.repeat(129) });
  await rig.pass();
  const metrics = await rig.metrics();
  expect(metrics.value('aws_client_vpn_connections', { status: 'active' })).toBe(2);
  expect(metrics.by('posture', 'aws_client_vpn_posture_connections')._other).toBe(30);
  expect(metrics.by('field', 'aws_connections_exporter_records_rejected_total')).toMatchObject({
    connection_id: 1,
    posture: 1,
  });
});
