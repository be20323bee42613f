import { Agent, request } from 'node:http';
import { expect, test } from 'vitest';
import { type Daemon, openLab, ready } from './lab.ts';
import { DEADLINE_MS } from './program.ts';

const API = 'a1b2c3d4e5';
const SENDERS = 40;
const KILLS = 4;
const LOAD_MS = 8_000;
/** What was acknowledged so long before a crash is on disk, as docs/websocket.md promises. */
const SAVED_WITHIN_MS = 5_000;

const sections = {
  clientVpn: 'enabled: false',
  websocket: `enabled: true, schedule: "0 0 1 1 *", stale_after: 3y, \
endpoints: [{url: "https://${API}.execute-api.eu-west-1.amazonaws.com/prod", source: {type: intake}}]`,
  intake: 'enabled: true, listen_address: "127.0.0.1:0", allow_unauthenticated: true',
};

/** Tells the daemon of connections, as fast as it answers, until it is killed; resolves to when each event was acknowledged. */
async function load(daemon: Daemon, prefix: string): Promise<number[]> {
  const acknowledged: number[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: SENDERS });
  let sent = 0;
  const post = (id: string, event: string) =>
    new Promise<boolean>((resolve) => {
      const headers = { ConnectionId: id };
      request(`${daemon.intakeUrl}/websocket/${event}`, { method: 'POST', agent, headers }, (response) => {
        const isTaken = response.statusCode === 200;
        if (isTaken && event === 'connect') acknowledged.push(performance.now());
        response.resume().once('end', () => resolve(isTaken));
        response.once('error', () => resolve(false));
      })
        .once('error', () => resolve(false))
        .end();
    });
  // Several events of each connection, so that journals outgrow what is known and new bases are written meanwhile.
  const sender = async () => {
    for (let isTaken = true; isTaken; ) {
      const id = `${prefix}${sent++}=`;
      for (const event of ['connect', 'message', 'message', 'disconnect'])
        isTaken = isTaken && (await post(id, event));
    }
  };
  await Promise.all(Array.from({ length: SENDERS }, sender));
  agent.destroy();
  return acknowledged;
}

test(
  'a kill under load loses no event that was acknowledged as long ago as is promised',
  async () => {
    const lab = await openLab(sections);
    let daemon = await lab.serve();
    await ready(daemon);
    let known = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const loading = load(daemon, `k${kill}-`);
      await new Promise((resolve) => setTimeout(resolve, LOAD_MS + kill * 700));
      const killedAt = performance.now();
      daemon.kill('SIGKILL');
      await daemon.ended;
      const acknowledged = (await loading).filter((at) => at <= killedAt).sort((a, b) => a - b);
      daemon = await lab.serve();
      const opened = [...(await daemon.scrape())].find(([name]) =>
        name.startsWith('aws_websocket_connections_opened_total'),
      );
      const saved = (opened?.[1] ?? 0) - known;
      known = opened?.[1] ?? 0;
      // Events are taken in one after the other: what is saved is the first of them.
      const oldestLost = acknowledged[saved];
      const ageMs = oldestLost === undefined ? 0 : Math.round(killedAt - oldestLost);
      const rate = Math.round(acknowledged.length / (LOAD_MS / 1_000));
      console.log(
        `kill ${kill}: ${acknowledged.length} acknowledged (${rate}/s), ${saved} saved; the oldest lost was ${ageMs} ms old`,
      );
      expect(saved).toBeGreaterThan(0);
      expect(ageMs).toBeLessThan(SAVED_WITHIN_MS);
    }
  },
  10 * DEADLINE_MS,
);
