import { expect } from 'vitest';
import { needs } from '../support/programs.ts';
import { commandsOf } from './runbook-pages.ts';
import { CONNECTION, ENDPOINT, exampleWorld } from './runbook-world.ts';

needs('aws')(
  'who follows the page about connections that hang sees whose they are, and ends them',
  { timeout: 60_000 },
  async () => {
    const { lab, type } = await exampleWorld();
    lab.world.hang(CONNECTION);
    const page = 'ClientVpnFailedToTerminate';
    for (const look of [commandsOf(page, 'describe'), commandsOf(page, 'aws-connections-exporter')])
      expect((await type(look.join(''))).output).toMatch(new RegExp(`${CONNECTION}.*ada`));
    const [end = ''] = commandsOf(page, 'terminate-client');
    expect(JSON.parse((await type(end)).output)).toMatchObject({
      ConnectionStatuses: [
        { PreviousStatus: { Code: 'failed-to-terminate' }, CurrentStatus: { Code: 'terminating' } },
      ],
    });
    lab.world.disconnect(CONNECTION);
    expect((await type(commandsOf(page, 'describe').join(''))).output).not.toContain(CONNECTION);
  },
);

needs('aws')(
  'who follows the page about missed disconnects sees which route is not wired',
  { timeout: 60_000 },
  async () => {
    const { type } = await exampleWorld();
    const { output } = await type(commandsOf('WebSocketMissedDisconnects', 'get-routes').join(''));
    expect(output).toContain('integrations/abc1234');
    expect(output).not.toContain('$disconnect');
    expect(output).toContain('DEPLOYED');
  },
);

needs('aws')(
  'who follows the page about denied calls sees what is missing, until it is there',
  { timeout: 60_000 },
  async () => {
    const { lab, type } = await exampleWorld();
    const allow = lab.simulator.deny('DescribeClientVpnConnections');
    const [ask = ''] = commandsOf('AwsConnectionsPermissionDenied', 'check');
    const denied = await type(ask);
    expect(denied.code).toBe(1);
    expect(denied.output).toMatch(/ec2:DescribeClientVpnConnections.*denied/);
    allow();
    expect((await type(ask)).code).toBe(0);
  },
);

needs('aws')(
  'who follows the page about an endpoint without data reads why',
  { timeout: 60_000 },
  async () => {
    const { lab, type } = await exampleWorld();
    lab.configure({ clientVpn: 'endpoints: [cvpn-endpoint-00000000000000000]' });
    lab.world.removeEndpoint(ENDPOINT);
    const { code, output } = await type(commandsOf('ClientVpnDataStale', 'describe').join(''));
    expect(code).not.toBe(0);
    expect(output).toContain(`Endpoint ${ENDPOINT} does not exist`);
  },
);
