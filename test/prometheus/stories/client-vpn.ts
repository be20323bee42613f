import { expect } from 'vitest';
import { eventually } from '../../program/program.ts';
import { everyHourOfAWeek } from '../past.ts';
import { commandsOf } from '../runbook-pages.ts';
import { CONNECTION, ENDPOINT, exampleWorld, PLACE } from '../runbook-world.ts';
import { beginStory } from '../story.ts';
import { type Told, told } from '../told.ts';

const OF_ENDPOINT = { ...PLACE, endpoint_id: ENDPOINT };
const LABELS = Object.entries(OF_ENDPOINT)
  .map(([name, value]) => `${name}="${value}"`)
  .join(',');

/** In no ten minutes of the past week more than three people came, or went. */
const quietWeek = ['growth10m_peak1h', 'fall10m_peak1h'].flatMap((record) =>
  everyHourOfAWeek(`account_region_endpoint:aws_client_vpn_connections:${record}{${LABELS}}`, '3'),
);

/** The runbooks of client-vpn, followed. */
export const clientVpnStories: readonly Told[] = [
  told('ClientVpnFailedToTerminate', 'connections that hang: AWS could not end them', async (page) => {
    const { lab, type } = await exampleWorld();
    lab.world.hang(CONNECTION);
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
  }),
  told('ClientVpnDataStale', 'an endpoint without data: it does not exist any more', async (page) => {
    const { lab, type } = await exampleWorld();
    lab.configure({ clientVpn: 'endpoints: [cvpn-endpoint-00000000000000000]' });
    lab.world.removeEndpoint(ENDPOINT);
    const { code, output } = await type(commandsOf(page, 'describe').join(''));
    expect(code).not.toBe(0);
    expect(output).toContain(`Endpoint ${ENDPOINT} does not exist`);
  }),
  told('ClientVpnEndpointGone', 'an endpoint that is gone: AWS does not have it any more', async (page) => {
    const story = await beginStory(undefined, { hasYesterday: true });
    await story.findsNothing(page, 'offset 23h');
    const listed = async () => (await story.types(page, 'describe-client-vpn-endpoints')).output;
    expect(await listed()).toContain(ENDPOINT);
    story.lab.world.removeEndpoint(ENDPOINT);
    await story.finds(page, 'offset 23h', OF_ENDPOINT);
    await story.finds(page, 'last_success', OF_ENDPOINT);
    expect(await listed()).not.toContain(ENDPOINT);
  }),
  {
    pages: ['ClientVpnConnectionSpike', 'ClientVpnMassDisconnect', 'ClientVpnConnectionDrop'],
    name: 'many come, and all lose their connection: a certificate that is shared, and no subnet any more',
    follow: async () => {
      const [spike, mass, drop] = [
        'ClientVpnConnectionSpike',
        'ClientVpnMassDisconnect',
        'ClientVpnConnectionDrop',
      ];
      const story = await beginStory(undefined, { past: quietWeek, hasRules: true });
      const { world } = story.lab;
      const tables = (page: string) => story.types(page, 'describe-client-vpn');

      const many = Array.from({ length: 40 }, () => world.connect(ENDPOINT, { username: 'bob' }));
      await story.fires(spike);
      expect(await story.value(spike, 'status="active"', OF_ENDPOINT)).toBe(41);
      expect(await story.value(spike, 'growth10m', OF_ENDPOINT)).toBeCloseTo(40 / 3);
      // Two users: it is one of them who holds the connections.
      expect(await story.value(spike, 'connected_users', OF_ENDPOINT)).toBe(2);
      expect((await tables(spike)).output.match(/\bbob\b/g)).toHaveLength(40);

      for (const id of many) world.disconnect(id);
      world.setEndpointStatus(ENDPOINT, 'pending-associate');
      await story.fires(mass);
      await eventually(async () =>
        expect(await story.value(mass, 'terminated_increase5m', OF_ENDPOINT)).toBeGreaterThanOrEqual(40),
      );
      await story.finds(mass, 'opened_total', OF_ENDPOINT);
      expect((await tables(mass)).output.match(/\bbob\b/g)).toHaveLength(40);
      expect((await story.types(mass, 'cloudtrail')).code).toBe(0);

      await story.fires(drop);
      expect(await story.value(drop, 'status="active"', OF_ENDPOINT)).toBe(1);
      expect(await story.value(drop, 'fall10m', OF_ENDPOINT)).toBeCloseTo(40 / 3);
      await story.finds(drop, 'opened_total', OF_ENDPOINT);
      expect((await tables(drop)).output).toContain('pending-associate');

      world.setEndpointStatus(ENDPOINT, 'available');
      for (const _ of many) world.connect(ENDPOINT);
      expect((await tables(drop)).output).not.toContain('pending-associate');
      await eventually(async () => expect(await story.value(drop, 'status="active"', OF_ENDPOINT)).toBe(41));
    },
  },
  told(
    'ClientVpnTrafficAfterFailedTermination',
    'traffic of whom AWS could not shut out: it grows while one looks, and ends with the connection',
    async (page) => {
      const story = await beginStory();
      const { world } = story.lab;
      world.hang(CONNECTION);
      const flows = async () => {
        world.talk(CONNECTION, { ingressBytes: 50_000, egressBytes: 90_000 });
        for (const word of ['ingress', 'egress'])
          expect(await story.value(page, word, OF_ENDPOINT)).toBeGreaterThan(100);
      };
      await eventually(flows);
      const bytes = async () => {
        const { output } = await story.types(page, 'describe-client-vpn-connections');
        expect(output).toMatch(new RegExp(`${CONNECTION}.*ada`));
        return Number(/\d+(?=\s*\|\s*$)/m.exec(output)?.[0]);
      };
      const before = await bytes();
      world.talk(CONNECTION, { egressBytes: 90_000 });
      expect(await bytes()).toBe(before + 90_000);
      const [end = ''] = commandsOf('ClientVpnFailedToTerminate', 'terminate-client');
      expect((await story.type(end)).output).toContain('terminating');
      world.disconnect(CONNECTION);
      const { output } = await story.types(page, 'describe-client-vpn-connections');
      expect(output).not.toContain(CONNECTION);
    },
  ),
  told(
    'ClientVpnEndpointNotAvailable',
    'an endpoint that is not available: its last subnet was taken away',
    async (page) => {
      const story = await beginStory();
      const { world } = story.lab;
      world.setEndpointStatus(ENDPOINT, 'pending-associate');
      await story.finds(page, 'endpoint_status', { ...OF_ENDPOINT, status: 'pending-associate' });
      expect((await story.types(page, 'describe-client-vpn-endpoints')).output).toContain(
        'pending-associate',
      );
      expect((await story.types(page, 'associate-client-vpn-target-network')).code).toBe(0);
      world.setEndpointStatus(ENDPOINT, 'available');
      await story.finds(page, 'endpoint_status', { ...OF_ENDPOINT, status: 'available' });
      await story.findsNothing(page, 'endpoint_status', { status: 'pending-associate' });
    },
  ),
];
