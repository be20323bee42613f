import { expect, test } from 'vitest';
import { said, startRig } from '../../support/exporter.ts';

const LISTING = { action: 'DescribeClientVpnConnections' };

test('a hundred endpoints that are denied for an hour make a few lines, and one when it is over', async () => {
  const rig = await startRig();
  for (let n = 0; n < 100; n += 1) rig.world.addEndpoint();
  await rig.pass();
  const before = rig.log.length;
  rig.simulator.failNext(Number.POSITIVE_INFINITY, 'denied', LISTING);
  for (let n = 0; n < 3; n += 1) expect(await rig.pass()).toBe(false);
  const lines = () => said(rig.log.slice(before), 'level=ERROR');
  expect(lines()).toHaveLength(2);
  expect(lines()[0]).toMatch(
    /msg="Listing the connections .*" count=100 such_as="cvpn-endpoint-\w+, .*" reason="ec2:Desc/,
  );
  expect(lines()[1]).toContain('msg="Pass failed" collector=client-vpn trigger=command');
  await rig.clock.advance(60 * 60_000);
  expect(await rig.pass()).toBe(false);
  expect(
    lines()
      .slice(2)
      .map((line) => /msg="([^"]*)"/.exec(line)?.[1]),
  ).toEqual([
    'Listing the connections of a Client VPN endpoint failed; its last good numbers stay (still so)',
    'Pass failed (still so)',
  ]);
  expect(lines()[2]).toContain('times=4');

  rig.simulator.clearFaults();
  expect(await rig.pass()).toBe(true);
  expect(lines()).toHaveLength(4);
  const recovered = said(rig.log, 'A Client VPN endpoint recovered');
  expect(recovered).toHaveLength(1);
  expect(recovered[0]).toMatch(/count=100 such_as=".*" times=4 for_seconds=\d+/);
  expect(said(rig.log, 'msg="Pass succeeded"').at(-1)).toContain('times=4');
});

test('a reload does not say again what has not changed, and knows when it is over', async () => {
  const rig = await startRig();
  rig.world.addEndpoint();
  await rig.pass();
  rig.simulator.failNext(Number.POSITIVE_INFINITY, 'denied', LISTING);
  await rig.pass();
  await rig.reload({});
  await rig.idle();
  expect(said(rig.log, 'Listing the connections of a Client VPN endpoint failed')).toHaveLength(1);
  rig.simulator.clearFaults();
  await rig.pass();
  expect(said(rig.log, 'A Client VPN endpoint recovered')[0]).toContain('times=2');
});
