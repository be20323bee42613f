import { JSON_FORMAT } from '../../src/simulator/websocket/access-log-format.ts';
import { type Rig, type RigOptions, startRig } from './exporter.ts';
import { API, ENDPOINT, websocketSections } from './websocket.ts';

export const GROUP = '/ws/access';

/** A rig with one WebSocket API whose stage logs into a group from which its connections are read, and what happens there. */
export interface AccessLogRig {
  readonly rig: Rig;
  connect(count: number): readonly string[];
  /** One pass after 30 s, with time going on while it runs; whether it succeeded. */
  pass(): Promise<boolean>;
  /** Registered connections, opened and closed, as published. */
  counts(): Promise<readonly (number | undefined)[]>;
  /** Events of the access log by what they were, as `event result`; those that there were none of are left out. */
  events(): Promise<Record<string, number>>;
}

interface AccessLogOptions extends RigOptions {
  readonly format?: string;
  readonly source?: object;
}

/** Starts it; it ends with the test. */
export async function startAccessLogRig({ format = JSON_FORMAT, source, ...options }: AccessLogOptions = {}) {
  const endpoint = {
    url: `https://${ENDPOINT}`,
    source: { type: 'access_log', log_group: GROUP, ...source },
  };
  const rig = await startRig({
    ...websocketSections({
      ...options,
      websocket: { endpoints: [endpoint], ...options.websocket },
      intake: { enabled: false },
    }),
  });
  const destinationArn = rig.websockets.logs.addGroup({ name: GROUP });
  rig.websockets.addApi({ apiId: API, name: 'chat', accessLogs: { prod: { destinationArn, format } } });
  return toAccessLogRig(rig);
}

/** The same of a rig that is there. */
export function toAccessLogRig(rig: Rig): AccessLogRig {
  return {
    rig,
    connect: (count) => Array.from({ length: count }, () => rig.websockets.connect(API)),
    async pass() {
      await rig.idle();
      await rig.clock.advance(30_000);
      return whileTimeGoesOn(rig, rig.exporter.runOnce());
    },
    async counts() {
      const metrics = await rig.metrics();
      return [
        metrics.value('aws_websocket_registered_connections'),
        metrics.value('aws_websocket_connections_opened_total'),
        metrics.value('aws_websocket_connections_closed_total'),
      ];
    },
    async events() {
      const all = (await rig.metrics()).all('aws_connections_exporter_event_source_events_total');
      const seen = all.filter(({ value }) => value > 0);
      return Object.fromEntries(
        seen.map(({ labels, value }) => [`${labels.event} ${labels.result}`, value] as const),
      );
    },
  };
}

/** Resolves when `condition` holds, while the clock goes on by itself. */
export async function untilInTime(rig: Rig, condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await tick(rig);
}

/** Lets 50 ms go by, no faster than this machine answers requests: deadlines are of the same clock. */
async function tick(rig: Rig): Promise<void> {
  await rig.get('/-/healthy');
  await rig.clock.advance(50);
}

/** What it comes to, while the clock goes on by itself: calls that are rationed wait for it. */
async function whileTimeGoesOn<T>(rig: Rig, work: Promise<T>): Promise<T> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  done.catch(() => {});
  while (!isDone) {
    await tick(rig);
  }
  return done;
}
