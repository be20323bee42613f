import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Alarms } from '../support/alarms.ts';
import { type Rig, type RigOptions, startRig } from '../support/exporter.ts';
import { API, startWebsocketRig, websocketSections } from '../support/websocket.ts';

const SCHEDULE = '*/30 * * * * *';
const HOUR_MS = 3_600_000;
/** Minutes in which all is well, before each fault. */
const CALM = 20;

/** A fault, and what a Prometheus scrapes in the night in which it happens. */
interface Fault {
  readonly name: string;
  live(): Promise<Alarms>;
}

/** Two passes and a scrape. */
async function minute(rig: Rig, alarms: Alarms): Promise<void> {
  await rig.pass();
  await rig.pass();
  alarms.scrape(await rig.metrics());
}

async function office(options: RigOptions = {}): Promise<Rig> {
  const rig = await startRig({ ...options, client_vpn: { schedule: SCHEDULE, stale_after: '10m' } });
  for (const name of ['headquarters', 'plant']) {
    const endpoint = rig.world.addEndpoint({ name });
    for (let person = 0; person < 3; person++) rig.world.connect(endpoint);
  }
  return rig;
}

/** A night of one Client VPN exporter, and what strikes it after the calm. */
function night(
  name: string,
  minutes: number,
  strike: (rig: Rig) => Promise<void> | void,
  mend: (rig: Rig) => Promise<void> | void = () => {},
): Fault {
  return {
    name,
    async live() {
      const rig = await office();
      const alarms = new Alarms();
      for (let past = 0; past < CALM; past++) await minute(rig, alarms);
      await strike(rig);
      for (let past = 0; past < minutes; past++) await minute(rig, alarms);
      await mend(rig);
      return alarms;
    },
  };
}

/** Forty accounts with three regions each, in which a permission is taken away. */
export const deniedEverywhere: Fault = {
  name: 'denied in 40 accounts × 3 regions',
  async live() {
    const regions = ['eu-west-1', 'us-east-1', 'ap-south-1'];
    const accounts = Array.from({ length: 40 }, (_, number) => `${200000000000 + number}`);
    const roleOf = (account: string) => `arn:aws:iam::${account}:role/connections-exporter`;
    const rig = await startRig({
      targets: accounts.map((account) => ({ name: account, regions, role_arn: roleOf(account) })),
      client_vpn: { schedule: SCHEDULE, stale_after: '10m' },
      simulator: { roles: Object.fromEntries(accounts.map((account) => [roleOf(account), {}])) },
    });
    for (const accountId of accounts)
      for (const region of regions) rig.world.addEndpoint({ region, accountId });
    const alarms = new Alarms();
    const minutes = async (count: number) => {
      for (let past = 0; past < count; past++) await minute(rig, alarms);
    };
    await minutes(5);
    rig.simulator.deny('DescribeClientVpnConnections');
    await minutes(24);
    return alarms;
  },
};

const eventsStopped: Fault = {
  name: 'events stop, the API is used',
  async live() {
    const sections = { websocket: { schedule: SCHEDULE, stale_after: '5m' } };
    const life = await startWebsocketRig(sections);
    const { rig } = life;
    // An interval as people have it; the passes are run by hand all the same.
    await rig.configure(websocketSections(sections));
    const alarms = new Alarms();
    const open: string[] = [];
    const go = async (minutes: number, tell: () => Promise<void> | void) => {
      for (let past = 0; past < minutes; past++) {
        open.push(rig.websockets.connect(API));
        if (open.length > 30) rig.websockets.disconnect(open.shift() ?? '');
        await tell();
        await minute(rig, alarms);
      }
    };
    await go(70, life.tell);
    await go(150, life.lose);
    return alarms;
  },
};

const killed: Fault = {
  name: 'exporter killed',
  async live() {
    const rig = await office();
    const alarms = new Alarms();
    for (let past = 0; past < CALM; past++) await minute(rig, alarms);
    for (let past = 0; past < 40; past++) alarms.fail();
    return alarms;
  },
};

/** The faults that `npm run alarms` switches on, one after the other. */
export const faults: readonly (Fault & { readonly since: number })[] = [
  { ...night('denied', 40, (rig) => void rig.simulator.deny('DescribeClientVpnConnections')), since: CALM },
  {
    ...night('throttled', 40, (rig) =>
      rig.simulator.failNext(Number.POSITIVE_INFINITY, 'throttled', {
        action: 'DescribeClientVpnConnections',
      }),
    ),
    since: CALM,
  },
  { ...eventsStopped, since: 70 },
  { ...killed, since: CALM },
  {
    ...night(
      'disk full',
      30,
      async ({ folder }) => {
        // Nothing can be written below what is no folder.
        await rename(join(folder, 'data'), join(folder, 'data-before'));
        await writeFile(join(folder, 'data'), '');
      },
      async ({ folder }) => {
        await rm(join(folder, 'data'));
        await rename(join(folder, 'data-before'), join(folder, 'data'));
      },
    ),
    since: CALM,
  },
  { ...night('clock set back an hour', 90, (rig) => rig.clock.step(-HOUR_MS)), since: CALM },
  { ...deniedEverywhere, since: 5 },
];
