import { expect, test } from 'vitest';
import { changed } from '../../support/changed-storage.ts';
import { HOME } from '../../support/configuration.ts';
import { type Rig, startRig, until } from '../../support/exporter.ts';
import {
  API,
  ENDPOINT,
  estimateOf,
  NAMED,
  startWebsocketRig,
  websocketSections,
  websocketValue,
} from '../../support/websocket.ts';

/** The text of the status page, without markup. */
async function read(rig: Rig): Promise<string> {
  const { text } = await rig.get('/');
  return text
    .replace(/<style>.*<\/style>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ');
}

test('targets bear the names they have in the configuration', async () => {
  const rig = await startRig({ targets: [{ name: 'network', regions: [HOME.region, 'us-east-1'] }] });
  rig.world.addEndpoint({ name: 'office' });
  await rig.pass();
  const text = await read(rig);
  expect(text).toContain(`network , account ${HOME.accountId}, region ${HOME.region} up Endpoints and`);
  expect(text).toContain(`network , account ${HOME.accountId}, region us-east-1 up No endpoints`);
  expect(text).toContain('Everything is up Every pass succeeded: 1 endpoint in 2 targets.');
});

test('an endpoint that could never be listed has its name all the same', async () => {
  const rig = await startRig();
  rig.world.addEndpoint({ name: 'office' });
  rig.simulator.deny('DescribeClientVpnConnections');
  await rig.pass();
  expect(await read(rig)).toMatch(/1 of 1 endpoint has a problem office \(cvpn-endpoint-/);
});

test('an endpoint that is in no target stands apart', async () => {
  const endpoints = ['cvpn-endpoint-0123456789abcdef0'];
  const rig = await startRig({ client_vpn: { endpoints } });
  await rig.pass();
  const text = await read(rig);
  expect(text).toContain(`1 of 1 endpoint has a problem ${endpoints[0]} : `);
  expect(text).toContain('Found in no target down');
});

test('a sample is shown with its interval, and everybody looked up as an exact number', async () => {
  const { rig, connect } = await startWebsocketRig({ websocket: { sample_size: 50, confidence: 0.9 } });
  const ids = await connect(100);
  for (const id of ids.slice(0, 60)) rig.websockets.disconnect(id, { isTold: false });
  await rig.pass();
  const metrics = await rig.metrics();
  const { lower, upper } = estimateOf(metrics);
  const active = websocketValue(metrics, 'connections', { status: 'active' });
  expect(await read(rig)).toContain(`about ${active} ${lower} to ${upper} at 90 % about ${active} about 0`);
  for (let n = 0; n < 12; n++) await rig.pass();
  expect(await read(rig)).toMatch(/Last success Connections active idle .* ago 40 exact 0 40 /);
});

test('two targets that reach one account and region show the endpoints that are theirs', async () => {
  const theirs = 'f6g7h8i9j0.execute-api.eu-west-1.amazonaws.com/prod';
  const rig = await startRig(
    websocketSections({
      targets: [
        { name: 'ours', regions: [HOME.region] },
        { name: 'theirs', regions: [HOME.region] },
      ],
      websocket: {
        endpoints: [
          { ...NAMED, target: 'ours' },
          { ...NAMED, url: `https://${theirs}`, target: 'theirs' },
        ],
      },
    }),
  );
  rig.websockets.addApi({ apiId: API });
  rig.websockets.addApi({ apiId: 'f6g7h8i9j0' });
  await rig.pass();
  const text = await read(rig);
  expect(text.match(new RegExp(`ours , .*${ENDPOINT}.*theirs , .*${theirs}`))).not.toBeNull();
  expect(text.split(ENDPOINT)).toHaveLength(2);
  expect(text.split(theirs)).toHaveLength(2);
});

test('an endpoint that no pass has looked at yet is neither up nor down', async () => {
  const { rig, connect } = await startWebsocketRig();
  await connect(1);
  await rig.pass();
  // What the simulator never answers keeps the pass of the reload from ending.
  rig.simulator.failNext(Number.POSITIVE_INFINITY, 'hang', { action: 'GetConnection' });
  const more = { ...NAMED, url: `https://${API}.execute-api.eu-west-1.amazonaws.com/dev` };
  await rig.reload(websocketSections({ websocket: { endpoints: [NAMED, more] } }));
  let text = '';
  // It is there as soon as its account is known.
  await until(async () => {
    text = await read(rig);
    return text.includes('amazonaws.com/dev');
  });
  expect(text).toContain('amazonaws.com/dev no pass yet never – no data');
  expect(text).toContain('Everything is up');
});

test('a configuration that was refused is a problem until one is taken', async () => {
  const rig = await startRig();
  await rig.pass();
  expect((await rig.reload('client_vpn: {pagesize: 5}')).status).toBe(400);
  expect(await read(rig)).toMatch(
    /The exporter itself has a problem The configuration was not reloaded, the one before is in force: .*page_size/,
  );
  await rig.reload({});
  expect(await read(rig)).toContain('Everything is up');
});

test('a disk that refuses is a problem until it no longer does', async () => {
  let isFull = true;
  const rig = await startRig({
    wrapStorage: (storage) => changed(storage, { problem: () => (isFull ? 'no space left' : undefined) }),
  });
  await rig.pass();
  expect(await read(rig)).toContain(
    'The exporter itself has a problem State cannot be saved, and a restart would lose counts: no space left. Make room',
  );
  isFull = false;
  expect(await read(rig)).toContain('Everything is up');
});

test('the addresses at which events are taken in are shown', async () => {
  const { rig } = await startWebsocketRig();
  expect(await read(rig)).toContain(`Events are taken in at ${rig.intakeUrl}/websocket .`);
});
