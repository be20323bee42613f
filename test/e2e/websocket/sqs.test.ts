import { expect, test } from 'vitest';
import { toAccessLogRig, untilInTime } from '../../support/access-log.ts';
import { type RigOptions, said, startRig } from '../../support/exporter.ts';
import { API, ENDPOINT, websocketSections } from '../../support/websocket.ts';

const URL_OF_QUEUE = 'https://sqs.eu-west-1.amazonaws.com/111122223333/ws-events';

interface Options extends RigOptions {
  readonly redrive?: boolean;
  readonly region?: string;
  readonly queueUrl?: string;
}

/** A rig whose endpoint is told of in a queue; `send` puts a body there, and `left` counts what is in it. */
async function startQueueRig({
  redrive,
  region = 'eu-west-1',
  queueUrl = URL_OF_QUEUE,
  ...options
}: Options = {}) {
  const endpoint = { url: `https://${ENDPOINT}`, source: { type: 'sqs', queue_url: queueUrl } };
  const rig = await startRig({
    ...websocketSections({
      ...options,
      websocket: { endpoints: [endpoint], ...options.websocket },
      intake: { enabled: false },
    }),
  });
  rig.websockets.addApi({ apiId: API, name: 'chat' });
  const dead = rig.queues.addQueue({ name: 'dead', region });
  const queue = rig.queues.addQueue({
    name: 'ws-events',
    region,
    ...(redrive && { redrive: { deadLetterTargetArn: dead.arn, maxReceiveCount: 2 } }),
  });
  const { pass, counts } = toAccessLogRig(rig);
  const send = (body: object | string) =>
    rig.queues.send(queue, typeof body === 'string' ? body : JSON.stringify(body));
  const events = async () => {
    const all = (await rig.metrics()).all('aws_connections_exporter_event_source_events_total', {
      source: 'sqs',
    });
    const seen = all.filter(({ value }) => value > 0);
    return Object.fromEntries(seen.map(({ labels, value }) => [`${labels.event} ${labels.result}`, value]));
  };
  const left = () => queue.bodies(rig.clock.now()).length;
  const connect = () => rig.websockets.connect(API);
  return { rig, queue, dead, send, left, pass, counts, events, connect };
}

test('each shape of the intake and rows of access logs are told, and deleted once they are on disk', async () => {
  const { rig, send, left, pass, counts, events, connect } = await startQueueRig();
  const ids = Array.from({ length: 5 }, connect);
  const [a = '', b = '', c = '', d = '', e = ''] = ids;
  const place = { apiId: API, stage: 'prod' };
  send({ ConnectionId: a, ApiId: API, Stage: 'prod', EventType: 'CONNECT' });
  send({
    connectionId: b,
    domain: `${API}.execute-api.eu-west-1.amazonaws.com`,
    stage: 'prod',
    eventType: 'CONNECT',
  });
  send({ requestContext: { connectionId: c, ...place, eventType: 'CONNECT', connectedAt: rig.clock.now() } });
  send({ connectionId: d, eventType: 'CONNECT', status: '200', ...place });
  send(`192.0.2.10 - - [x] "CONNECT $connect ${e}" 200 r=`);
  send({ connectionId: 'refused=', eventType: 'CONNECT', status: '403', ...place });
  send({ connectionId: 'elsewhere=', apiId: 'other', stage: 'prod', eventType: 'CONNECT' });
  send({ requestContext: { connectionId: a, ...place, eventType: 'MESSAGE' } });
  expect(await pass()).toBe(true);
  expect(await counts()).toEqual([5, 5, 0]);
  expect(left()).toBe(0);
  rig.websockets.disconnect(a);
  send({
    requestContext: { connectionId: a, ...place, eventType: 'DISCONNECT', requestTimeEpoch: rig.clock.now() },
  });
  expect(await pass()).toBe(true);
  expect(await counts()).toEqual([4, 5, 1]);
  expect(await events()).toEqual({
    'connect accepted': 5,
    'connect refused': 1,
    'connect unroutable': 1,
    'message accepted': 1,
    'disconnect accepted': 1,
  });
  const unroutable = said(rig.log, 'belong to no endpoint of that source: compare api_id and stage');
  expect(unroutable).toEqual([
    expect.stringMatching(/source=sqs name=ws-events api_id=other stage=prod count=1 metric=/),
  ]);
  await rig.restart();
  expect(await pass()).toBe(true);
  expect(await counts()).toEqual([4, 5, 1]);
});

test('more than a call receives, doubled and out of order, counts once each', async () => {
  const { rig, send, left, pass, counts, connect } = await startQueueRig();
  const ids = Array.from({ length: 60 }, connect);
  const told = ids.map((connectionId) => ({
    connectionId,
    eventType: 'CONNECT',
    connectedAt: rig.clock.now(),
  }));
  for (const id of ids.slice(0, 20)) {
    rig.websockets.disconnect(id);
    send({ connectionId: id, eventType: 'DISCONNECT' });
  }
  for (const event of [...told].reverse()) send(event);
  for (const event of told.slice(0, 30)) send(event);
  expect(await pass()).toBe(true);
  expect(await counts()).toEqual([40, 60, 20]);
  expect(left()).toBe(0);
});

const OTHER = 'f6g7h8i9j0';

test('a queue that endpoints of two targets share is read once, and tells both', async () => {
  const source = { type: 'sqs', queue_url: URL_OF_QUEUE };
  const spelled = 'https://eu-west-1.queue.amazonaws.com/111122223333/ws-events';
  const { rig, send, left, pass, events, connect } = await startQueueRig({
    targets: [
      { name: 'home', regions: ['eu-west-1'] },
      {
        name: 'other',
        regions: ['eu-west-1'],
        role_arn: 'arn:aws:iam::444455556666:role/connections-exporter',
      },
    ],
    websocket: {
      endpoints: [
        { url: `https://${ENDPOINT}`, target: 'home', source },
        {
          url: `https://${OTHER}.execute-api.eu-west-1.amazonaws.com/prod`,
          target: 'other',
          source: { ...source, queue_url: spelled },
        },
      ],
    },
  });
  rig.websockets.addApi({ apiId: OTHER, accountId: '444455556666' });
  for (let n = 0; n < 20; n++) {
    const [apiId, connectionId] = n % 2 ? [API, connect()] : [OTHER, rig.websockets.connect(OTHER)];
    send({ connectionId, eventType: 'CONNECT', apiId, stage: 'prod' });
  }
  expect(await pass()).toBe(true);
  const opened = (await rig.metrics()).by('account_id', 'aws_websocket_connections_opened_total');
  expect(opened).toEqual({ '111122223333': 10, '444455556666': 10 });
  expect(await events()).toEqual({ 'connect accepted': 20 });
  expect(left()).toBe(0);
});

test('while discovery is not complete, a message of an endpoint that may become known is left in the queue', async () => {
  const { rig, send, left, pass, events, connect } = await startQueueRig({
    websocket: { discover: true, discover_source: { type: 'sqs', queue_url: URL_OF_QUEUE } },
  });
  rig.websockets.addApi({ apiId: OTHER });
  rig.simulator.failNext(Number.POSITIVE_INFINITY, 'denied', { action: 'GetApis' });
  send({ connectionId: connect(), eventType: 'CONNECT', apiId: API, stage: 'prod' });
  send({ connectionId: rig.websockets.connect(OTHER), eventType: 'CONNECT', apiId: OTHER, stage: 'prod' });
  send({ connectionId: 'elsewhere=', eventType: 'CONNECT', apiId: 'elsewhere', stage: 'prod' });
  for (let n = 0; n < 4; n++) expect(await pass()).toBe(false);
  expect(left()).toBe(2);
  expect(await events()).toEqual({ 'connect accepted': 1 });
  rig.simulator.clearFaults();
  for (let n = 0; n < 4; n++) await pass();
  expect(await pass()).toBe(true);
  expect(left()).toBe(0);
  expect(await events()).toEqual({ 'connect accepted': 2, 'connect unroutable': 1 });
  const opened = (await rig.metrics()).by('endpoint_id', 'aws_websocket_connections_opened_total');
  expect(opened).toEqual({ [ENDPOINT]: 1, [`${OTHER}.execute-api.eu-west-1.amazonaws.com/prod`]: 1 });
});

test('what cannot be deleted comes again, counts once, and is told', async () => {
  const { rig, send, left, pass, counts, connect } = await startQueueRig();
  expect(await pass()).toBe(true);
  rig.queues.plague('undeletable');
  send({ connectionId: connect(), eventType: 'CONNECT' });
  expect(await pass()).toBe(false);
  expect(said(rig.log, 'could not be estimated').at(-1)).toMatch(
    /1 messages of the queue ws-events could not be deleted/,
  );
  expect(left()).toBe(1);
  for (let n = 0; n < 3; n++) await pass();
  expect(await counts()).toEqual([1, 1, 0]);
  expect(left()).toBe(0);
});

test.each([
  [true, 1],
  [false, 0],
])(
  'a body that cannot be read: with a redrive policy (%s) it is left to that, without one it is deleted',
  async (redrive, buried) => {
    const { rig, dead, send, left, pass, events } = await startQueueRig({ redrive });
    send('{"hello":"there"}');
    for (let n = 0; n < 8; n++) expect(await pass()).toBe(true);
    expect([left(), dead.bodies(rig.clock.now()).length]).toEqual([0, buried]);
    expect((await events())['unknown unreadable']).toBe(redrive ? 2 : 1);
    expect(said(rig.log, 'A message of a queue cannot be read')).toHaveLength(1);
  },
);

test('while the disk refuses, nothing is deleted', async () => {
  let isFull = false;
  const { rig, send, left, pass, counts, connect } = await startQueueRig({
    wrapStorage: (storage) => {
      const refuse =
        <A extends unknown[]>(call: (...about: A) => Promise<void>) =>
        (...about: A) =>
          isFull ? Promise.reject(new Error('disk full')) : call(...about);
      return new Proxy(storage, {
        get(target, name) {
          if (name === 'write') return refuse(target.write.bind(target));
          if (name === 'append') return refuse(target.append.bind(target));
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? value.bind(target) : value;
        },
      });
    },
  });
  expect(await pass()).toBe(true);
  isFull = true;
  send({ connectionId: connect(), eventType: 'CONNECT' });
  expect(await pass()).toBe(false);
  expect(left()).toBe(1);
  expect(said(rig.log, 'could not be estimated').at(-1)).toMatch(
    /is not on disk, so nothing of it is deleted/,
  );
  isFull = false;
  for (let n = 0; n < 3; n++) await pass();
  expect(await counts()).toEqual([1, 1, 0]);
  expect(left()).toBe(0);
});

test.each([
  [
    'denied',
    (rig) => rig.simulator.deny('ReceiveMessage'),
    /the queue ws-events: sqs:ReceiveMessage failed.*IAM policy/,
  ],
  [
    'missing',
    (rig) => {
      for (const queue of rig.queues.queues('111122223333', 'eu-west-1')) rig.queues.removeQueue(queue);
    },
    /the queue ws-events: .*check queue_url/,
  ],
] satisfies [string, (rig: Awaited<ReturnType<typeof startRig>>) => void, RegExp][])(
  'a queue that is %s is told with what to do; the last numbers stay',
  async (_, spoil, message) => {
    const { rig, send, pass, counts, connect } = await startQueueRig();
    send({ connectionId: connect(), eventType: 'CONNECT' });
    expect(await pass()).toBe(true);
    spoil(rig);
    expect(await pass()).toBe(false);
    expect(await counts()).toEqual([1, 1, 0]);
    const name = { source: 'sqs', name: 'ws-events' };
    expect((await rig.metrics()).value('aws_connections_exporter_event_source_up', name)).toBe(0);
    expect(said(rig.log, 'could not be estimated').at(-1)).toMatch(message);
  },
);

test('a queue of another region is asked there', async () => {
  const { send, left, pass, counts, connect } = await startQueueRig({
    region: 'us-east-1',
    queueUrl: 'https://sqs.us-east-1.amazonaws.com/111122223333/ws-events',
  });
  send({ connectionId: connect(), eventType: 'CONNECT' });
  expect(await pass()).toBe(true);
  expect(await counts()).toEqual([1, 1, 0]);
  expect(left()).toBe(0);
});

test('on its schedule it waits for messages, and a shutdown does not wait for any', async () => {
  const { rig, send, left, connect } = await startQueueRig();
  const endpoint = { url: `https://${ENDPOINT}`, source: { type: 'sqs', queue_url: URL_OF_QUEUE } };
  await rig.reload(websocketSections({ websocket: { endpoints: [endpoint] }, intake: { enabled: false } }));
  const received = () => rig.simulator.requests().filter(({ action }) => action === 'ReceiveMessage').length;
  await untilInTime(rig, async () => received() >= 2);
  send({ connectionId: connect(), eventType: 'CONNECT' });
  await untilInTime(rig, async () => left() === 0);
  await untilInTime(
    rig,
    async () => (await rig.metrics()).value('aws_websocket_connections_opened_total') === 1,
  );
  // A long poll is under way, and the clock stands still.
  await rig.exporter.close();
}, 90_000);
