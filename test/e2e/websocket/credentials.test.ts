import { expect, test } from 'vitest';
import { HOME } from '../../support/configuration.ts';
import { sharedFiles } from '../../support/credentials.ts';
import { said } from '../../support/exporter.ts';
import { countersOf, lookedUp, NAMED, startWebsocketRig } from '../../support/websocket.ts';

const OTHER = '444455556666';
const DISCOVER = { endpoints: [], discover: true, schedule: '0 * * * * *' };
const AGAIN_MS = 5 * 60_000;

test.each([
  ['named', { endpoints: [NAMED] }],
  ['discovered', DISCOVER],
])(
  'credentials of another account take nothing from what was %s, and look nothing up',
  async (_, websocket) => {
    const files = sharedFiles();
    files.credentials({ network: 'AKIAHOME' });
    const { rig, connect } = await startWebsocketRig({
      targets: [{ regions: [HOME.region], profile: 'network', account_id: HOME.accountId }],
      env: files.env,
      simulator: { accounts: { AKIAOTHER: OTHER } },
      websocket,
    });
    expect(await rig.pass()).toBe(true);
    await connect(3);
    expect(await rig.pass()).toBe(true);
    expect(countersOf(await rig.metrics())).toEqual([3, 0, 0]);
    expect((await rig.metrics()).by('account_id', 'aws_websocket_up')).toEqual({ [HOME.accountId]: 1 });

    files.credentials({ network: 'AKIAOTHER' });
    rig.simulator.revoke('AKIAHOME');
    const before = lookedUp(rig).length;
    await rig.clock.advance(AGAIN_MS);
    for (let pass = 0; pass < 3; pass++) {
      expect(await rig.pass()).toBe(false);
      const metrics = await rig.metrics();
      expect(metrics.by('account_id', 'aws_websocket_up')).toEqual({ [HOME.accountId]: 0 });
      expect(countersOf(metrics)).toEqual([3, 0, 0]);
    }
    expect(lookedUp(rig)).toHaveLength(before);
    expect(
      rig.simulator
        .requests()
        .filter(({ accountId, action }) => accountId === OTHER && action !== 'GetCallerIdentity'),
    ).toEqual([]);
    expect(
      said(rig.log, `are of account ${OTHER}, but account_id names account ${HOME.accountId}`),
    ).not.toEqual([]);

    files.credentials({ network: 'AKIAMENDED' });
    expect(await rig.pass()).toBe(true);
    await connect(1);
    expect(await rig.pass()).toBe(true);
    expect(countersOf(await rig.metrics())).toEqual([4, 0, 0]);
  },
);

test('a target without credentials leaves the endpoints of another target in the same account and region alone', async () => {
  const files = sharedFiles();
  files.credentials({ network: 'AKIAHOME' });
  const other = {
    ...NAMED,
    url: 'https://x9x9x9x9x9.execute-api.eu-west-1.amazonaws.com/prod',
    target: 'broken',
  };
  const { rig, connect } = await startWebsocketRig({
    targets: [
      { name: 'home', regions: [HOME.region], profile: 'network', account_id: HOME.accountId },
      { name: 'broken', regions: [HOME.region], profile: 'netwrok', account_id: HOME.accountId },
    ],
    env: files.env,
    websocket: { endpoints: [{ ...NAMED, target: 'home' }, other] },
  });
  await connect(2);
  expect(await rig.pass()).toBe(false);
  expect((await rig.metrics()).by('endpoint_id', 'aws_websocket_up')).toEqual({
    [NAMED.url.slice('https://'.length)]: 1,
    'x9x9x9x9x9.execute-api.eu-west-1.amazonaws.com/prod': 0,
  });
  expect(await rig.pass()).toBe(false);
  expect(
    (await rig.metrics()).value('aws_websocket_up', { endpoint_id: NAMED.url.slice('https://'.length) }),
  ).toBe(1);
});
