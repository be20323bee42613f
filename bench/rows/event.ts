import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createWorld } from '../../src/simulator/client-vpn/world.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { createWebSocketWorld } from '../../src/simulator/websocket/world.ts';
import { startBare } from '../frame/bare.ts';
import { cpuMsOf } from '../frame/figures.ts';
import { freePort, startProgram } from '../frame/program.ts';
import { family } from '../frame/row.ts';
import type { Run } from '../frame/run.ts';
import { toText } from '../frame/units.ts';
import { API, TOKEN } from '../roles/intake-names.ts';
import type { Sent } from '../roles/senders.ts';

const BASELINE = 'bare node:http';
const CONNECTIONS = 64;

/** Events as fast as they are answered. */
export const event = family({
  name: 'event',
  rows: {
    cpu: {
      what: `CPU of an event at the intake, journal and rendering included, ${CONNECTIONS} connections at a time`,
      unit: 'µs',
      baseline: BASELINE,
      must: { of: 'figure', most: 60 },
    },
    p99: { what: 'p99 of its answer then', unit: 'ms', baseline: BASELINE },
    rate: { what: 'Events a second then', unit: 'a second', baseline: BASELINE },
  },
  async measure(run) {
    const websockets = createWebSocketWorld();
    websockets.addApi({ apiId: API });
    const simulator = await startSimulator({ world: createWorld(), websockets });
    try {
      const events = run.size(20_000, 500);
      const ours = await startIntake(run, simulator.url);
      const bare = await startBare(run, 0);
      const express = await run.start<string>('express-post');
      const ways = {
        ours: await sending(run, ours, events),
        bare: await sending(run, { pid: bare.pid, url: await bare.url }, events),
        express: await sending(run, { pid: express.child.pid, url: express.first }, events),
      };
      run.say('the first events, which are not measured');
      for (const way of Object.values(ways)) await way();
      const medians = await run.inTurn(run.size(7, 1), ways);
      const row = (key: keyof typeof medians.ours, unit: string) => ({
        figure: medians.ours[key],
        baseline: medians.bare[key],
        beside: `express: ${toText(medians.express[key])} ${unit}`,
      });
      return { cpu: row('cpu', 'µs'), p99: row('p99', 'ms'), rate: row('rate', 'a second') };
    } finally {
      await simulator.close();
    }
  },
});

async function startIntake(run: Run, awsUrl: string) {
  const folder = await run.folder();
  await writeFile(join(folder, 'token'), TOKEN);
  const port = await freePort();
  const config = `
targets: [{regions: [eu-west-1], account_id: "111122223333"}]
aws: {endpoint_url: "${awsUrl}"}
client_vpn: {enabled: false}
websocket:
  enabled: true
  endpoints: [{url: "https://${API}.execute-api.eu-west-1.amazonaws.com/prod", source: {type: intake}}]
intake: {enabled: true, listen_address: "127.0.0.1:${port}", token_file: "${join(folder, 'token')}"}
`;
  const program = await startProgram(run, { folder, config });
  await program.url;
  return { pid: program.pid, url: `http://127.0.0.1:${port}` };
}

/** Sends so many, and tells what each of them cost. */
async function sending(
  run: Run,
  { pid, url }: { readonly pid: number; readonly url: string },
  events: number,
) {
  const { child } = await run.start('senders', { url, connections: CONNECTIONS, events });
  return async () => {
    const before = cpuMsOf(pid);
    const { p99Ms, perSecond } = await child.ask<Sent>('send');
    // What came in last is journalled and shown within a second: that belongs to its cost.
    await run.wait(run.size(1_500, 100));
    return { cpu: ((cpuMsOf(pid) - before) * 1_000) / events, p99: p99Ms, rate: perSecond };
  };
}
