import { expect, test } from 'vitest';
import { feedIntake } from '../../src/simulator/websocket/feed.ts';
import { total } from './exposition.ts';
import { openLab, ready } from './lab.ts';
import { DEADLINE_MS, eventually } from './program.ts';

const STARTS = 3;
const CONNECTIONS = 600;

test(
  'events that come before their endpoints are discovered wait, and none is lost',
  async () => {
    for (let start = 0; start < STARTS; start++) {
      const lab = await openLab({
        targets: '{regions: [eu-west-1, us-east-1], account_id: "111122223333"}',
        clientVpn: 'enabled: false',
        websocket: 'enabled: true, discover: true, requests_per_second: 1000',
        intake: 'enabled: true, listen_address: "127.0.0.1:0", allow_unauthenticated: true',
      });
      const { websockets: world } = lab;
      const apis = ['eu-west-1', 'us-east-1'].map((region) => world.addApi({ region }));
      const daemon = await lab.serve();
      const feed = feedIntake({ url: daemon.intakeUrl, world, lanes: 16 });
      for (let n = 0; n < CONNECTIONS; n++) for (const apiId of apis) world.connect(apiId);
      await ready(daemon);
      await feed.settled();
      expect(feed.tally()).toEqual({ accepted: 2 * CONNECTIONS, failed: 0 });
      const unroutable = { result: 'unroutable' };
      const series = await daemon.scrape();
      expect(total(series, 'aws_connections_exporter_intake_events_total', unroutable)).toBe(0);
      await eventually(async () => {
        const opened = total(await daemon.scrape(), 'aws_websocket_connections_opened_total');
        expect(opened).toBe(2 * CONNECTIONS);
      });
      expect(daemon.stderr()).not.toContain('level=ERROR');
      daemon.kill('SIGTERM');
      expect(await daemon.ended).toMatchObject({ code: 0, signal: null });

      // What was discovered is kept: after a restart, events find their endpoints before AWS has answered.
      lab.simulator.failNext(Number.POSITIVE_INFINITY, 'hang');
      const next = await lab.serve();
      const later = feedIntake({ url: next.intakeUrl, world });
      for (const apiId of apis) world.connect(apiId);
      await later.settled();
      await eventually(async () => {
        const opened = total(await next.scrape(), 'aws_websocket_connections_opened_total');
        expect(opened).toBe(2 * CONNECTIONS + apis.length);
      });
      next.kill('SIGTERM');
      expect(await next.ended).toMatchObject({ code: 0, signal: null });
    }
  },
  5 * DEADLINE_MS,
);
