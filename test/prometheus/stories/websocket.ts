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

/** The same, whose ids are rows of the access log that the example has. */
const fromAccessLog = (group = '/ws/access', more = 'poll: 5s') => ({
  clientVpn: 'enabled: false',
  websocket: websocketFrom(`access_log, log_group: ${group}, ${more}`),
});

/** What the page about a source finds of it. */
const LOG = { source: 'access_log', name: '/ws/access' };

/** A row of that access log, of a connection that was opened so many seconds ago, as AWS writes it; `text` in its place. */
function logs({ lab }: Story, secondsAgo: number, text?: string): void {
  const timestamp = Date.now() - secondsAgo * 1000;
  const row = {
    requestId: `r${timestamp}=`,
    apiId: 'a1b2c3d4e5',
    stage: 'prod',
    eventType: 'CONNECT',
    status: '200',
    connectionId: `c${timestamp}=`,
    requestTimeEpoch: `${timestamp}`,
  };
  lab.websockets.logs.put('/ws/access', { timestamp, message: text ?? JSON.stringify(row) });
}

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
  told('AwsConnectionsSourceNotRead', 'an access log that is not read: its name is wrong', async (page) => {
    const story = await beginStory(fromAccessLog('/ws/acess'));
    await story.finds(page, 'source_up', { ...LOG, name: '/ws/acess' });
    await story.finds(page, 'request_errors', { ...PLACE, api: 'logs', operation: 'FilterLogEvents' });
    await story.logs(/\/ws\/acess.*does not exist|does not exist.*\/ws\/acess/);
    const typed = (await story.types(page, 'describe-log-groups')).output;
    expect(typed).toContain('log-group:/ws/access');
    expect(typed).toMatch(/\/ws\/access +\| +STANDARD/);
    expect((await story.types(page, 'get-queue-attributes')).output).toContain('QueueArn');
    expect((await story.types(page, 'describe iam-policy')).output).toContain('logs:FilterLogEvents');
    story.lab.configure(fromAccessLog());
    story.daemon.kill('SIGHUP');
    await story.findsNothing(page, 'source_up');
  }),
  told(
    'AwsConnectionsSourceLate',
    'an access log whose rows come late: AWS takes a quarter of an hour for them',
    async (page) => {
      const story = await beginStory(fromAccessLog());
      logs(story, 15 * 60);
      const delay = await story.value(page, 'delay_seconds', LOG);
      expect(delay).toBeGreaterThan(15 * 60);
      expect(delay).toBeLessThan(20 * 60);
      await eventually(async () => expect(await story.value(page, 'last_read', LOG)).toBeLessThan(20));
      await story.finds(page, 'events_total', { source: 'access_log', event: 'connect', result: 'accepted' });
      const typed = (await story.types(page, 'ingestionTime')).output;
      const [happened = 0, came = 0] = typed.trim().split(/\s+/).map(Number);
      expect(came - happened).toBeGreaterThanOrEqual(15 * 60_000);
      expect((await story.types(page, 'get-queue-attributes')).output).toContain(
        'ApproximateNumberOfMessages',
      );
      logs(story, 1);
      await story.findsNothing(page, 'delay_seconds');
    },
  ),
  told(
    'AwsConnectionsSourceEventsLost',
    'rows that cannot be read: a user agent with a quote is among them',
    async (page) => {
      const story = await beginStory(fromAccessLog());
      logs(story, 60);
      logs(story, 50, '{"userAgent":"a "quoted" word","eventType":"CONNECT"}');
      await story.sees('aws_connections_exporter_event_source_events_total{result="unreadable"} > 0');
      await story.logs(/cannot be read.*\/ws\/access/);
      logs(story, 40, '{"userAgent":"a "second" word","eventType":"CONNECT"}');
      await story.finds(page, 'events_total', {
        source: 'access_log',
        event: 'unknown',
        result: 'unreadable',
      });
      await story.finds(page, 'registered', {});
      const typed = (await story.types(page, 'filter-log-events')).output;
      expect(typed).toContain('quoted');
      expect(typed).toContain('$context.connectionId');
      expect((await story.types(page, 'receive-message')).code).toBe(0);
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
