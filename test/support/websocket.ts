import type { Visitor } from '../../src/simulator/websocket/connection.ts';
import type { ProxyEvent } from '../../src/simulator/websocket/proxy-event.ts';
import { type Rig, type RigOptions, startRig, until } from './exporter.ts';
import type { Exposition } from './exposition.ts';

export const API = 'a1b2c3d4e5';
export const ENDPOINT = `${API}.execute-api.eu-west-1.amazonaws.com/prod`;
export const NAMED = { url: `https://${ENDPOINT}`, source: { type: 'intake' } } as const;
export const INTAKE = { enabled: true, allow_unauthenticated: true } as const;

/** What of an event the intake needs. */
export type Event = Pick<ProxyEvent['requestContext'], 'connectionId' | 'eventType'> &
  Partial<Pick<ProxyEvent['requestContext'], 'apiId' | 'stage' | 'domainName' | 'connectedAt'>>;

/** A rig with one WebSocket API named chat, looked at as `NAMED` unless the options say otherwise, and what it would tell. */
export interface WebsocketRig {
  readonly rig: Rig;
  /** Opens so many connections, and tells of them. */
  connect(count: number, visitor?: Visitor): Promise<readonly string[]>;
  /** Tells everything that happened since, in order. */
  tell(): Promise<void>;
  /** Forgets to tell it. */
  lose(): void;
}

/** The sections of a configuration for WebSocket endpoints alone. */
export function websocketSections({ websocket, intake, ...more }: RigOptions = {}) {
  return {
    client_vpn: { enabled: false },
    websocket: { enabled: true, endpoints: [NAMED], ...websocket },
    intake: { ...INTAKE, ...intake },
    ...more,
  };
}

/** Starts it; it ends with the test. */
export async function startWebsocketRig(options: RigOptions = {}): Promise<WebsocketRig> {
  const rig = await startRig({ ...options, ...websocketSections(options) });
  rig.websockets.addApi({ apiId: API, name: 'chat' });
  let untold: ProxyEvent[] = [];
  rig.websockets.listen((event) => untold.push(event));
  const tell = async () => {
    const events = untold;
    untold = [];
    for (const event of events) await post(rig, event);
  };
  return {
    rig,
    async connect(count, visitor = {}) {
      const ids = Array.from({ length: count }, () => rig.websockets.connect(API, visitor));
      await tell();
      return ids;
    },
    tell,
    lose() {
      untold = [];
    },
  };
}

/** Sends the intake an event as a Lambda function would; rejects unless it is answered with 200. */
export async function post(rig: Rig, event: object, headers: Record<string, string> = {}): Promise<void> {
  const body = JSON.stringify(event);
  const response = await fetch(`${rig.intakeUrl}/websocket`, { method: 'POST', headers, body });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
}

/** Sends an event of nothing but this context. */
export function tellOf(rig: Rig, requestContext: Event): Promise<void> {
  return post(rig, { requestContext });
}

/** The ids that were looked up so far, in their order. */
export function lookedUp({ simulator }: Rig): readonly string[] {
  return simulator
    .requests()
    .filter(({ action }) => action === 'GetConnection')
    .map(({ params }) => params.connectionId ?? '');
}

/** Resolves when so many look-ups have arrived. */
export function lookups(rig: Rig, count: number): Promise<void> {
  return until(async () => lookedUp(rig).length >= count);
}

/** Resolves when so many look-ups have been answered. */
export function answers(rig: Rig, count: number): Promise<void> {
  const name = 'aws_connections_exporter_aws_request_duration_seconds_count';
  return until(async () => (await rig.metrics()).value(name, { operation: 'GetConnection' }) === count);
}

/** The value of a WebSocket metric, by what comes after its prefix. */
export function websocketValue(
  metrics: Exposition,
  name: string,
  labels: Readonly<Record<string, string>> = {},
) {
  return metrics.value(`aws_websocket_${name}`, labels);
}

/** The lines of an exposition about WebSocket endpoints, without the labels that say where. */
export function linesOf({ text }: Exposition, name: string): readonly string[] {
  const lines = text.split('\n').filter((line) => line.startsWith(`aws_websocket_${name}`));
  return lines.map((line) => line.slice('aws_websocket_'.length));
}

/** The numbers that an estimate comes to. */
export function estimateOf(metrics: Exposition, endpointId: string = ENDPOINT) {
  const of = { endpoint_id: endpointId };
  return {
    up: websocketValue(metrics, 'up', of),
    registered: websocketValue(metrics, 'registered_connections', of),
    ...metrics.by('status', 'aws_websocket_connections', of),
    lower: websocketValue(metrics, 'connections_lower_bound', of),
    upper: websocketValue(metrics, 'connections_upper_bound', of),
  };
}

/** What the look-ups of the last pass came to, those that came to nothing left out. */
export function sampledOf(metrics: Exposition, endpointId: string = ENDPOINT): Record<string, number> {
  const counts = metrics.by('status', 'aws_websocket_sampled_connections', { endpoint_id: endpointId });
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/** Opened, closed and missed, as they are published. */
export function countersOf(metrics: Exposition, endpointId: string = ENDPOINT) {
  const of = { endpoint_id: endpointId };
  return [
    websocketValue(metrics, 'connections_opened_total', of),
    websocketValue(metrics, 'connections_closed_total', of),
    websocketValue(metrics, 'missed_disconnects_total', of),
  ];
}

/** Lets two seconds pass and resolves when the exposition shows these counters. */
export async function shows(rig: Rig, counters: readonly (number | undefined)[], endpointId = ENDPOINT) {
  await rig.clock.advance(2_000);
  await until(async () => String(countersOf(await rig.metrics(), endpointId)) === String(counters));
}

/** Counters that fell or vanished from one exposition to the next. */
export function fallen(before: Exposition, after: Exposition): readonly string[] {
  const counters = before.series.filter(
    ({ name }) => name.startsWith('aws_websocket_') && /_(total|bucket|sum|count)$/.test(name),
  );
  return counters.flatMap(({ name, labels, value }) => {
    const now = after.value(name, labels);
    return now !== undefined && now >= value ? [] : [`${name} ${JSON.stringify(labels)} ${value} ${now}`];
  });
}
