import { Agent, request } from 'node:http';
import { createIntakeApp } from '../src/intake/app.ts';
import { INTAKE_LIMITS } from '../src/server/limits.ts';
import { listen } from '../src/server/listen.ts';
import { answering, startChild } from './children.ts';

const TOKEN = 'bench';

/** How fast events were answered, in milliseconds, and with which statuses. */
export interface IntakeLoad {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Answers by status; `failed` for those that never came. */
  readonly statuses: ReadonlyMap<number | 'failed', number>;
}

/** An intake and what is sent there. */
export interface LoadOptions {
  readonly url: string;
  readonly token: string;
  readonly events: number;
  /** All of a second's events are sent at once. */
  readonly perSecond: number;
}

/** The table's figures. */
export interface IntakeRow extends IntakeLoad {
  readonly ids: number;
  readonly cpuMicroseconds: number;
  readonly megabytesBefore: number;
  readonly megabytesAfter: number;
}

interface Usage {
  readonly ids: number;
  readonly megabytes: number;
  readonly cpuMs: number;
}

/** In the child: an intake that remembers ids and does nothing else; `usage` tells what it holds. */
export async function receiving(): Promise<void> {
  const ids = new Map<string, number | undefined>();
  const app = createIntakeApp({
    token: TOKEN,
    take: ({ connectionId, connectedAt }) => {
      ids.set(connectionId, connectedAt);
      return 'accepted';
    },
    onEvent: () => {},
    onError: (path, error) => console.error(path, error),
  });
  const { urls } = await listen(app, [{ host: '127.0.0.1', port: 0 }], { limits: INTAKE_LIMITS });
  await answering(urls[0], {
    usage: async (): Promise<Usage> => {
      const { user, system } = process.cpuUsage();
      return {
        ids: ids.size,
        megabytes: process.memoryUsage().rss / 1024 / 1024,
        cpuMs: (user + system) / 1000,
      };
    },
  });
}

/** 20,000 events in bursts of 500 a second. */
export async function benchIntake(): Promise<IntakeRow> {
  const { child, first: url } = await startChild<string>('receiving', []);
  const events = 20_000;
  const before = await child.ask<Usage>('usage');
  const load = await loadIntake({ url, token: TOKEN, events, perSecond: 500 });
  const after = await child.ask<Usage>('usage');
  child.stop();
  return {
    ...load,
    ids: after.ids,
    cpuMicroseconds: ((after.cpuMs - before.cpuMs) * 1000) / events,
    megabytesBefore: before.megabytes,
    megabytesAfter: after.megabytes,
  };
}

/** Sends `$connect` events of distinct connections in the three shapes, every second one over a connection of its own. */
export async function loadIntake({ url, token, events, perSecond }: LoadOptions): Promise<IntakeLoad> {
  const kept = new Agent({ keepAlive: true });
  const fresh = new Agent({ keepAlive: false });
  const times: number[] = [];
  const statuses = new Map<number | 'failed', number>();
  const send = async (n: number) => {
    const begin = performance.now();
    const status = await sendEvent(`${url}/websocket/connect`, token, n, n % 2 ? kept : fresh);
    times.push(performance.now() - begin);
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  };
  const sends: Promise<void>[] = [];
  for (let n = 0; n < events; n += 1) {
    if (n > 0 && n % perSecond === 0) await new Promise((resolve) => setTimeout(resolve, 1000));
    sends.push(send(n));
  }
  await Promise.all(sends);
  kept.destroy();
  times.sort((a, b) => a - b);
  const at = (share: number) =>
    times[Math.min(Math.floor(share * times.length), times.length - 1)] ?? Number.NaN;
  return { p50: at(0.5), p99: at(0.99), max: at(1), statuses };
}

/** Resolves with the status of the answer, when all of it has come. */
function sendEvent(url: string, token: string, n: number, agent: Agent): Promise<number | 'failed'> {
  const connectionId = `${n.toString(36).padStart(15, 'L')}=`;
  const facts = { connectionId, apiId: 'a1b2c3d4e5', stage: 'prod', connectedAt: 1_790_295_783_782 + n };
  const inHeaders = {
    ConnectionId: connectionId,
    ApiId: facts.apiId,
    Stage: facts.stage,
    ConnectedAt: facts.connectedAt,
  };
  const [headers, body] = [
    [inHeaders, 'hello'],
    [{}, JSON.stringify({ ...facts, params: '{}' })],
    [{}, JSON.stringify({ requestContext: { ...facts, eventType: 'CONNECT' } })],
  ][n % 3] as [Record<string, string | number>, string];
  return new Promise((resolve) => {
    const options = { method: 'POST', agent, headers: { ...headers, 'X-Intake-Token': token } };
    request(url, options, (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 'failed'));
    })
      .once('error', () => resolve('failed'))
      .end(body);
  });
}
