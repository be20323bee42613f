import { readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { MOST_ENDPOINTS } from '../../../src/aws/answers.ts';
import { LONGEST_TEXT } from '../../../src/aws/xml-reader.ts';
import { siteToSiteVpn } from '../../../src/collectors/site-to-site-vpn/index.ts';
import { MOST_TUNNELS } from '../../../src/collectors/site-to-site-vpn/record.ts';
import { ListedIds, MOST_IDS } from '../../../src/collectors/websocket/columns/listed-ids.ts';
import { LONGEST_READING_MS, ScanReading } from '../../../src/collectors/websocket/ids/scan-reading.ts';
import { createSource } from '../../../src/collectors/websocket/source.ts';
import { MOST_TAGS } from '../../../src/polling/selection.ts';
import { MOST_STORED_BYTES } from '../../../src/storage/file.ts';
import { json, NEVER, openAws, TARGET } from '../../support/aws.ts';
import { readRows } from '../../support/connection-rows.ts';
import { said, startRig } from '../../support/exporter.ts';
import { createHandClock } from '../../support/hand-clock.ts';
import { startDomain } from '../../support/polled.ts';
import { telemetry, vpnConnection, vpnConnections } from '../../support/vpn-connections.ts';

/** Site-to-Site VPN, asking an AWS that answers with this. */
const startVpn = (xml: string) =>
  startDomain(
    siteToSiteVpn,
    {},
    (response) => void response.writeHead(200, { 'content-type': 'text/xml' }).end(xml),
  );

const ids = (count: number) =>
  Array.from({ length: count }, (_, n) => `<item><vpnConnectionId>vpn-${n}</vpnConnectionId></item>`).join(
    '',
  );

test('a target of more endpoints than any account has is not believed, and those known before are polled', async () => {
  const rig = await startRig();
  rig.world.connect(rig.world.addEndpoint());
  await rig.pass();
  for (let n = 0; n < MOST_ENDPOINTS; n++) rig.world.addEndpoint();
  expect(await rig.pass()).toBe(false);
  const metrics = await rig.metrics();
  expect(Object.values(metrics.by('endpoint_id', 'aws_client_vpn_up'))).toEqual([1]);
  expect(metrics.value('aws_connections_exporter_target_up')).toBe(0);
  expect(said(rig.log, 'AWS has no listing as long as that')).not.toEqual([]);
});

test('ten thousand VPN connections are as many as are taken in one answer', async () => {
  const most = await startVpn(vpnConnections(ids(MOST_ENDPOINTS)));
  expect(await most.pass()).toBe('');
  expect((await most.samples()).filter((line) => line.startsWith('aws_site_to_site_vpn_up'))).toHaveLength(
    MOST_ENDPOINTS,
  );
  const more = await startVpn(vpnConnections(ids(MOST_ENDPOINTS + 1)));
  expect(await more.pass()).toContain('1 of 1 targets failed');
  expect(more.log.join()).toContain('AWS has no listing as long as that');
});

test('APIs that never end are an error', async () => {
  let page = 0;
  const { aws } = await openAws((response, request) => {
    page += 1;
    const items = Array.from({ length: 100 }, (_, n) => ({
      apiId: `a${page}x${n}`,
      protocolType: 'WEBSOCKET',
      apiEndpoint: 'wss://x.execute-api.eu-west-1.amazonaws.com',
    }));
    json(200, { items, nextToken: `t${page}` })(response, request);
  });
  let listed = 0;
  const all = async () => {
    for await (const _ of createSource(aws).apis(TARGET, NEVER)) listed += 1;
  };
  await expect(all()).rejects.toThrow('GetApis: no end after 10100 items on 101 pages');
  expect(listed).toBe(MOST_ENDPOINTS);
});

test.each([
  ['plain', 'a', ''],
  ['mixed', 'a', '&amp;'],
  ['foreign', '\u00e9', ''],
])('a text of 64 KiB is read, and a longer one refused, of %s letters', (_, letter, entity) => {
  const read = (bytes: number) => {
    const text = letter.repeat((bytes - entity.length) / Buffer.byteLength(letter)) + entity;
    const row = `<item><connectionId>c</connectionId><username>${text}</username></item>`;
    const list = `<connections>${row}</connections>`;
    return readRows(`<DescribeClientVpnConnectionsResponse>${list}</DescribeClientVpnConnectionsResponse>`);
  };
  expect(read(LONGEST_TEXT)).toHaveLength(1);
  expect(() => read(LONGEST_TEXT + 2)).toThrow(`a text is longer than ${LONGEST_TEXT} bytes`);
});

test('a connection has sixteen tunnels at most, and an endpoint two hundred tags; the rest is rejected', async () => {
  const tunnels = Array.from({ length: MOST_TUNNELS + 3 }, (_, n) =>
    telemetry({ address: `203.0.113.${n}` }),
  );
  const tags = Object.fromEntries(Array.from({ length: MOST_TAGS + 1 }, (_, n) => [`tag-${n}`, 'x']));
  const vpn = await startVpn(vpnConnections(vpnConnection({ tunnels: tunnels.join(''), tags })));
  expect(await vpn.pass()).toBe('');
  const lines = await vpn.samples();
  expect(lines.filter((line) => line.includes('tunnel_up'))).toHaveLength(MOST_TUNNELS);
  expect(vpn.rejected()).toEqual({ tunnel: 3, tags: 1 });
  const rig = await startRig();
  rig.world.addEndpoint({ tags });
  await rig.pass();
  expect(
    (await rig.metrics()).value('aws_connections_exporter_records_rejected_total', { field: 'tags' }),
  ).toBe(1);
});

test('a listing of ids is bounded; an id that is there already is no more', () => {
  const listing = new ListedIds([], 2);
  for (const id of ['a', 'b', 'b', 'a']) listing.add(id, undefined);
  expect(() => listing.add('c', undefined)).toThrow('more than 2 ids');
  expect(listing.size).toBe(2);
  expect(MOST_IDS).toBeGreaterThanOrEqual(500 * 7_200);
});

test('a scan that has not ended after a day is given up', async () => {
  const clock = createHandClock();
  const config = {
    table: 'connections',
    key: 'connectionId',
    prefix: null,
    connected_at: null,
    expires_at: null,
    refresh: 300_000,
    read_capacity_per_second: 5,
    segments: 1,
  };
  const reading = new ScanReading(config, clock, () => {});
  const [segment] = reading.segments;
  if (!segment) throw new Error('there is no segment');
  const page = (n: number) => ({ rows: [], nextKey: { connectionId: { S: String(n) } }, capacityUnits: 1 });
  await clock.advance(LONGEST_READING_MS);
  reading.take(segment, page(1));
  await clock.advance(1);
  expect(() => reading.take(segment, page(2))).toThrow('no end of the table connections after a day');
});

test('a stored file too large to be one of ours is not read, and its endpoint says so', async () => {
  const rig = await startRig();
  rig.world.addEndpoint();
  await rig.pass();
  const folder = join(rig.folder, 'data', 'client-vpn');
  const [ledger = ''] = (await readdir(folder)).filter((name) => name.endsWith('.ledger'));
  await truncate(join(folder, ledger), MOST_STORED_BYTES + 1);
  await rig.restart();
  expect(await rig.pass()).toBe(false);
  expect(said(rig.log, 'it is larger than 511 MiB').length).toBeGreaterThan(0);
  expect((await rig.metrics()).value('aws_client_vpn_up')).toBe(0);
});
