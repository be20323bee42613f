import { once } from 'node:events';
import { request as ask, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createWorld } from '../../src/simulator/client-vpn/world.ts';
import { startSimulator } from '../../src/simulator/server.ts';
import { createWebSocketWorld } from '../../src/simulator/websocket/world.ts';
import { answering } from '../frame/processes.ts';

/** What a stage has logged when the process starts, and goes on to log at the same pace. */
export interface AccessLogOptions {
  readonly apiId: string;
  /** Rows of the last two hours. */
  readonly rows: number;
  /** Of them that are of connections which have not ended. */
  readonly living: number;
}

/** What was asked of the log since the process was asked last. */
export interface Asked {
  readonly calls: number;
  /** Most calls within any second. */
  readonly mostInSecond: number;
  readonly rows: number;
  /** Rows that can be read by now. */
  readonly readable: number;
}

const HOURS_MS = 2 * 3_600_000;
/** Rows can be read so long after they happened. */
const LATE_MS = 20_000;
const PAGE_BYTES = 1024 * 1024;
/** What CloudWatch Logs counts a row with, beside its text. */
const BESIDE_BYTES = 26;

/** In the child: the simulator, with a log group that is made up as it is read, so that it is never what is waited for; says first where it is. `pause` ends the logging. */
export async function accessLog({ apiId, rows, living }: AccessLogOptions): Promise<void> {
  const websockets = createWebSocketWorld();
  websockets.addApi({ apiId });
  const simulator = await startSimulator({ world: createWorld(), websockets });
  const log = new Log(apiId, rows, living);
  let asked: number[] = [];
  let read = 0;
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (!String(request.headers['x-amz-target']).endsWith('.FilterLogEvents')) {
      const { method, url = '/', headers } = request;
      ask(new URL(url, simulator.url), { method, headers }, (answered) => {
        response.writeHead(answered.statusCode ?? 500, answered.headers);
        answered.pipe(response);
      }).end(body);
      return;
    }
    asked.push(performance.now());
    const { page, count } = log.page(JSON.parse(body) as Request);
    read += count;
    response.writeHead(200, { 'Content-Type': 'application/x-amz-json-1.1' }).end(page);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  await answering(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
    asked: (): Asked => {
      const answer = {
        calls: asked.length,
        mostInSecond: mostInSecond(asked),
        rows: read,
        readable: log.readable,
      };
      asked = [];
      read = 0;
      return answer;
    },
    pause: () => log.pause(),
  });
}

interface Request {
  readonly startTime?: number;
  readonly limit?: number;
  readonly nextToken?: string;
}

/** Every second row is a connect, each other the disconnect of the one that began `living` connections before. */
class Log {
  readonly #apiId: string;
  readonly #living: number;
  readonly #gapMs: number;
  readonly #beganAt = Date.now() - HOURS_MS;
  #pausedAt = Number.POSITIVE_INFINITY;

  constructor(apiId: string, rows: number, living: number) {
    this.#apiId = apiId;
    this.#living = living;
    this.#gapMs = HOURS_MS / rows;
  }

  pause(): void {
    this.#pausedAt = Date.now();
  }

  get readable(): number {
    return this.#firstFrom(Math.min(Date.now(), this.#pausedAt) - LATE_MS);
  }

  /** A page as CloudWatch Logs cuts it: the last one with rows has a token, too. */
  page({ startTime = 0, limit = 10_000, nextToken }: Request) {
    const first = nextToken === undefined ? this.#firstFrom(startTime) : Number(nextToken);
    const events: string[] = [];
    let bytes = 0;
    const end = Math.min(this.readable, first + limit);
    for (let n = first; n < end && bytes < PAGE_BYTES; n += 1) {
      const timestamp = this.#at(n);
      const message = JSON.stringify(this.#row(n, timestamp));
      bytes += message.length + BESIDE_BYTES;
      const eventId = String(n).padStart(56, '3');
      const row = { eventId, ingestionTime: timestamp + LATE_MS, logStreamName: 'f00d', message, timestamp };
      events.push(JSON.stringify(row));
    }
    const next = events.length > 0 ? `,"nextToken":"${first + events.length}"` : '';
    return { page: `{"events":[${events.join()}],"searchedLogStreams":[]${next}}`, count: events.length };
  }

  #row(n: number, at: number) {
    const isConnect = n % 2 === 0;
    const connection = isConnect ? n / 2 : (n - 1) / 2 - this.#living;
    const id = connection < 0 ? `before${-connection}` : connection.toString(36);
    return {
      requestId: `${n.toString(36).padStart(15, 'R')}=`,
      apiId: this.#apiId,
      stage: 'prod',
      eventType: isConnect ? 'CONNECT' : 'DISCONNECT',
      routeKey: isConnect ? '$connect' : '$disconnect',
      status: '200',
      connectionId: `${id.padStart(15, 'L')}=`,
      connectedAt: String(isConnect ? at : Math.max(this.#at(2 * connection), this.#beganAt - HOURS_MS / 4)),
      requestTimeEpoch: String(at),
      sourceIp: '192.0.2.10',
    };
  }

  #at(n: number): number {
    return Math.floor(this.#beganAt + n * this.#gapMs);
  }

  #firstFrom(at: number): number {
    return Math.max(Math.ceil((at - this.#beganAt) / this.#gapMs), 0);
  }
}

function mostInSecond(times: readonly number[]): number {
  let most = 0;
  for (let from = 0, to = 0; to < times.length; to += 1) {
    while ((times[to] ?? 0) - (times[from] ?? 0) >= 1_000) from += 1;
    most = Math.max(most, to - from + 1);
  }
  return most;
}
