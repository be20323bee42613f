import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { temporaryFolder } from '../../program/lab.ts';
import { eventually } from '../../program/program.ts';
import { startWebsocketRig } from '../../support/websocket.ts';
import { askPast, type PastSample, scraped } from '../past.ts';
import { commandsOf, queriesOf } from '../runbook-pages.ts';
import { exampleWorld, PLACE } from '../runbook-world.ts';
import { beginStory, EVERY_SECOND, type Story } from '../story.ts';
import { type Told, told } from '../told.ts';

/** The endpoint of the WebSocket API that the examples name. */
const CHAT = 'a1b2c3d4e5.execute-api.eu-west-1.amazonaws.com/prod';

/** The same as configured, and where its ids come from. */
const websocketFrom = (source: string, more = '') =>
  `enabled: true, ${EVERY_SECOND}, ${more} endpoints: [{url: "https://${CHAT}", source: {type: ${source}}}]`;

/** A story of that API, whose ids are lines of a file: so many living connections, and so many that have ended. */
async function storyOfIds(living: number, dead: number, more?: string): Promise<Story> {
  const websocket = websocketFrom('file, path: ids.txt', more);
  const story = await beginStory({ clientVpn: 'enabled: false', websocket });
  const ids = Array.from({ length: living + dead }, () => story.lab.websockets.connect('a1b2c3d4e5'));
  for (const id of ids.slice(living)) story.lab.websockets.disconnect(id);
  writeFileSync(join(story.lab.folder, 'ids.txt'), ids.map((id) => `${id}\n`).join(''));
  return story;
}

/** The runbooks of websocket, followed. */
export const websocketStories: readonly Told[] = [
  told(
    'WebSocketMissedDisconnects',
    'disconnects that are missed: their route is not wired',
    async (page) => {
      const { type } = await exampleWorld();
      const { output } = await type(commandsOf(page, 'get-routes').join(''));
      expect(output).toContain('integrations/abc1234');
      expect(output).not.toContain('$disconnect');
      expect(output).toContain('DEPLOYED');
    },
  ),
  told(
    'WebSocketGhostShareHigh',
    'ids of connections that are dead: nobody tells when they end',
    async (page) => {
      const story = await storyOfIds(1, 7);
      await story.finds(page, 'lookups', { ...PLACE, status: 'gone' });
      await story.findsNothing(page, 'closed_total');
      const routes = (await story.types(page, 'get-routes')).output;
      expect(routes).toContain('$connect');
      expect(routes).not.toContain('$disconnect');
    },
  ),
  told(
    'WebSocketEstimateTooWide',
    'an estimate that is too wide: too few of many ids are looked up',
    async (page) => {
      const story = await storyOfIds(60, 60, 'sample_size: 12,');
      const figure = async (word: string, metric: object = PLACE) =>
        Number((await story.finds(page, word, metric)).value?.[1]);
      await eventually(async () => {
        const width = (await figure('upper_bound')) - (await figure('lower_bound'));
        expect(width).toBeGreaterThan(12);
      });
      expect(await figure('sampled', { ...PLACE, status: 'active' })).toBeLessThanOrEqual(12);
      await story.findsNothing(page, 'request_errors');
    },
  ),
  told(
    'AwsConnectionsIntakeEventsLost',
    'events that are lost: the function that sends them has another token',
    async (page) => {
      const token = join(temporaryFolder(), 'token');
      writeFileSync(token, 'new\n');
      const story = await beginStory({
        clientVpn: 'enabled: false',
        websocket: websocketFrom('intake'),
        intake: `enabled: true, listen_address: "127.0.0.1:0", token_file: "${token}"`,
      });
      const send = async (word: string, id: string) => {
        const headers = { 'X-Intake-Token': word, ConnectionId: id };
        return (await fetch(`${story.daemon.intakeUrl}/websocket/connect`, { method: 'POST', headers }))
          .status;
      };
      expect(await send('old', 'first=')).toBe(401);
      await story.finds(page, 'intake_events', { result: 'unauthorized' });
      writeFileSync(token, 'old\n');
      story.daemon.kill('SIGHUP');
      await eventually(async () => expect(await send('old', 'second=')).not.toBe(401));
    },
  ),
  told(
    'WebSocketDataStale',
    'an estimate that is stale: the stage of its URL does not exist',
    async (page) => {
      const story = await storyOfIds(3, 0);
      const ofStage = (stage: string) => ({
        clientVpn: 'enabled: false',
        websocket: websocketFrom('file, path: ids.txt').replace('.com/prod', `.com/${stage}`),
      });
      story.lab.configure(ofStage('staging'));
      story.daemon.kill('SIGHUP');
      const stale = { ...PLACE, endpoint_id: CHAT.replace('prod', 'staging') };
      await story.finds(page, 'websocket_up', stale);
      await story.finds(page, 'request_errors', { ...PLACE, operation: 'GetConnection' });
      await story.logs(/staging.*Forbidden|Forbidden.*staging/);
      const typed = (await story.types(page, 'get-stages')).output;
      expect(typed).toContain('prod');
      expect(typed).not.toContain('staging');
      expect(typed).toContain('ConnectedAt');
      story.lab.configure(ofStage('prod'));
      story.daemon.kill('SIGHUP');
      await story.findsNothing(page, 'websocket_up');
      await eventually(async () =>
        expect(
          await story.value(page, 'last_success', {
            ...PLACE,
            endpoint_id: CHAT,
          }),
        ).toBeLessThan(20),
      );
    },
  ),
  told('WebSocketEndpointGone', 'an API that is gone: the configuration leaves it out', async (page) => {
    const other = 'f6g7h8i9j0.execute-api.eu-west-1.amazonaws.com/prod';
    const sections = (...hosts: readonly string[]) => ({
      clientVpn: 'enabled: false',
      websocket: `enabled: true, ${EVERY_SECOND}, endpoints: [${hosts.map((host) => `{url: "https://${host}", source: {type: file, path: ids.txt}}`)}]`,
    });
    const story = await beginStory(sections(CHAT, other), { hasYesterday: true });
    writeFileSync(join(story.lab.folder, 'ids.txt'), '');
    const gone = { ...PLACE, endpoint_id: CHAT };
    await story.finds('WebSocketDataStale', 'last_success', gone);
    await story.findsNothing(page, 'offset 23h');
    story.lab.configure(sections(other));
    story.daemon.kill('SIGHUP');
    await story.finds(page, 'offset 23h', gone);
    await story.findsNothing(page, 'offset 23h', { endpoint_id: other });
    await story.finds(page, 'last_success', gone);
    expect((await story.types(page, 'get-apis')).output).toContain('a1b2c3d4e5');
    expect((await story.types(page, 'cloudtrail')).code).toBe(0);
    story.lab.configure(sections(CHAT, other));
    story.daemon.kill('SIGHUP');
    await story.findsNothing(page, 'offset 23h');
  }),
  told(
    'WebSocketEventsStopped',
    'events that have stopped: a deployment took the integration away',
    async (page) => {
      // Five minutes by a clock of its own: that a disconnect is missed is known after one.
      const life = await startWebsocketRig({ startAt: Date.now() - 6 * 60_000 });
      const { rig } = life;
      const target = { job: 'exporter', instance: 'localhost:10176' };
      const past: PastSample[] = [];
      const minutes = async (count: number) => {
        for (let minute = 0; minute < count; minute++) {
          await rig.pass();
          await rig.pass();
          past.push(...scraped((await rig.metrics()).text, target, rig.clock.now() / 1000));
        }
      };
      const asked = async (word: string, labels: object) => {
        const values = await askPast(past, queriesOf(page, word)[0] ?? '', rig.clock.now() / 1000);
        const of = values.find(({ metric }) =>
          Object.entries(labels).every(([name, value]) => metric[name] === value),
        );
        return Number(of?.value?.[1]);
      };
      const ids = await life.connect(6);
      await minutes(1);
      for (const id of ids) rig.websockets.disconnect(id);
      life.lose();
      await minutes(4);
      expect(await asked('opened', PLACE)).toBe(0);
      expect(await asked('missed', PLACE)).toBeGreaterThanOrEqual(5);
      expect(await asked('intake_events', { event: 'connect', result: 'accepted' })).toBe(0);
      const { type } = await exampleWorld();
      const { output } = await type(commandsOf(page, 'get-routes').join(''));
      expect(output).not.toContain('$disconnect');
      expect(output).toMatch(/\d{4}-\d\d-\d\dT/);
      await life.connect(3);
      await minutes(1);
      expect(await asked('opened', PLACE)).toBeGreaterThan(0);
    },
  ),
];
