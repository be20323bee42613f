import { expect, onTestFinished, test } from 'vitest';
import { JSON_FORMAT } from '../../src/simulator/websocket/access-log-format.ts';
import { type Series, total } from './exposition.ts';
import { type Daemon, type Lab, openLab } from './lab.ts';
import { DEADLINE_MS, eventually } from './program.ts';

const API = 'a1b2c3d4e5';
const GROUP = '/ws/access';
const URL_OF_QUEUE = 'https://sqs.eu-west-1.amazonaws.com/111122223333/ws-events';
const ENDPOINT = `https://${API}.execute-api.eu-west-1.amazonaws.com/prod`;
const RESTARTS = 6;
/** Nothing may go backwards, whatever ends the process. */
const TOTALS = ['connections_opened', 'connections_closed', 'missed_disconnects'] as const;

const sectionsOf = (source: string) => ({
  clientVpn: 'enabled: false',
  websocket: `enabled: true, schedule: "*/2 * * * * *", timeout: 2s, sample_size: 100000, requests_per_second: 100000, \
endpoints: [{url: "${ENDPOINT}", source: ${source}}]`,
});

const totalsOf = (series: Series) => TOTALS.map((name) => total(series, `aws_websocket_${name}_total`));

/** Clients who come and go until it is stopped; how many came and went since this began. */
function startTraffic({ websockets }: Lab) {
  const seen = { CONNECT: 0, DISCONNECT: 0, MESSAGE: 0 };
  const unlisten = websockets.listen(({ requestContext }) => {
    seen[requestContext.eventType] += 1;
  });
  const timer = setInterval(() => {
    for (let n = 0; n < 3; n++) websockets.connect(API);
    const there = websockets.connections(API);
    if (there.length > 30) for (const { id } of there.slice(0, 3)) websockets.disconnect(id);
  }, 50);
  const stop = () => {
    clearInterval(timer);
    unlisten();
  };
  onTestFinished(stop);
  return { seen, stop };
}

/** Ends the process at a moment of its reading, again and again; then all that it was told is the truth. */
async function endAgainAndAgain(lab: Lab, signal: 'SIGKILL' | 'SIGTERM', action: string) {
  const { websockets, simulator } = lab;
  let daemon: Daemon = await lab.serve();
  // What is there before is the opening balance of a log.
  await eventually(async () => expect(totalsOf(await daemon.scrape())).toEqual([0, 0, 0]));
  const traffic = startTraffic(lab);
  let before: readonly (number | undefined)[] = [0, 0, 0];
  for (let n = 0; n < RESTARTS; n++) {
    const calls = simulator.requests().length;
    await eventually(() =>
      expect(
        simulator
          .requests()
          .slice(calls)
          .map((call) => call.action),
      ).toContain(action),
    );
    await new Promise((resolve) => setTimeout(resolve, websockets.random.below(1_500)));
    daemon.kill(signal);
    const ended = await daemon.ended;
    if (signal === 'SIGTERM') expect([ended.code, ended.signal]).toEqual([0, null]);
    daemon = await lab.serve();
    const now = totalsOf(
      await eventually(async () => {
        const series = await daemon.scrape();
        expect(totalsOf(series)).not.toContain(undefined);
        return series;
      }),
    );
    for (const [index, value = Number.NaN] of now.entries())
      expect(value).toBeGreaterThanOrEqual(before[index] ?? 0);
    before = now;
  }
  traffic.stop();
  const { CONNECT, DISCONNECT } = traffic.seen;
  expect(CONNECT).toBeGreaterThan(50);
  // A message that a process received which was killed comes back after a minute.
  await eventually(async () => {
    const last = await daemon.scrape();
    expect(totalsOf(last)).toEqual([CONNECT, DISCONNECT, 0]);
    // As of the last pass.
    expect(total(last, 'aws_websocket_registered_connections')).toBe(websockets.connections(API).length);
  }, 4 * DEADLINE_MS);
}

test.each(['SIGKILL', 'SIGTERM'] as const)(
  '%s at any moment of reading an access log: nothing is lost, and nothing counts twice',
  async (signal) => {
    const lab = await openLab(sectionsOf(`{type: access_log, log_group: ${GROUP}, poll: 5s}`));
    const destinationArn = lab.websockets.logs.addGroup({ name: GROUP });
    lab.websockets.addApi({ apiId: API, accessLogs: { prod: { destinationArn, format: JSON_FORMAT } } });
    await endAgainAndAgain(lab, signal, 'FilterLogEvents');
  },
  8 * DEADLINE_MS,
);

async function openQueueLab() {
  const lab = await openLab(sectionsOf(`{type: sqs, queue_url: "${URL_OF_QUEUE}"}`));
  lab.websockets.addApi({ apiId: API });
  const queue = lab.queues.addQueue({ name: 'ws-events' });
  lab.websockets.listen((event) => void lab.queues.send(queue, JSON.stringify(event)));
  return { lab, queue };
}

test.each(['SIGKILL', 'SIGTERM'] as const)(
  '%s at any moment of reading a queue: nothing is lost, and nothing counts twice',
  async (signal) => {
    const { lab, queue } = await openQueueLab();
    await endAgainAndAgain(lab, signal, 'ReceiveMessage');
    // What was told, and not deleted by then, comes back to be deleted.
    await eventually(() => expect(queue.bodies(Date.now())).toEqual([]), 4 * DEADLINE_MS);
  },
  8 * DEADLINE_MS,
);

test('a queue that is being waited at is left at once at SIGTERM', async () => {
  const { lab } = await openQueueLab();
  const daemon = await lab.serve();
  const waiting = () =>
    lab.simulator
      .requests()
      .filter(({ action, params }) => action === 'ReceiveMessage' && params.WaitTimeSeconds === '20');
  await eventually(() => expect(waiting()).not.toEqual([]));
  const beganAt = performance.now();
  daemon.kill('SIGTERM');
  expect(await daemon.ended).toMatchObject({ code: 0, signal: null });
  // Twenty seconds are what the call would have waited.
  expect(performance.now() - beganAt).toBeLessThan(10_000);
});
