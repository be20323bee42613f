import { connect } from 'node:net';
import type { Random } from '../src/simulator/wire/random.ts';
import { type Exposition, toExposition } from '../test/support/exposition.ts';
import { createSender } from '../test/support/intake-load.ts';
import type { Aws } from './aws.ts';
import type { Machine } from './machine.ts';
import { countersOf, fallen, type Told } from './truth.ts';

/** Everybody who talks to the program. */
export interface Clients {
  readonly told: Told;
  /** The last exposition that was scraped. */
  readonly metrics: Exposition | undefined;
  /** Counters that were compared with those of the scrape before. */
  readonly checked: number;
  /** What the program did that it must not, a sentence each. */
  readonly faults: readonly string[];
  /** Scrapes honestly. */
  scrape(): Promise<Exposition | undefined>;
  /** A scraper who does not read, or a sender who breaks off: one of them, for a while. */
  disturb(): void;
  /** Resolves when every event so far has been taken in. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** An answer takes no longer than this, whatever else happens; a program that is stopped is let go on sooner. */
const PATIENCE_MS = 20_000;
const AGAIN_MS = 200;

/** Begins to tell the program of all events of the API. */
export function createClients(random: Random, aws: Aws, machine: Machine): Clients {
  const sender = createSender(machine.intakeUrl, '', 20);
  const opened = new Set<string>();
  const closed = new Set<string>();
  const faults: string[] = [];
  let metrics: Exposition | undefined;
  let checked = 0;
  let isOver = false;
  let queue: Promise<unknown> = Promise.resolve();
  const unlisten = aws.listen((event) => {
    // In their order, as a connection's own events come.
    queue = queue.then(async () => {
      const { connectionId, eventType } = event.requestContext;
      for (
        let status = await sender.send(event);
        status !== 200 && !isOver;
        status = await sender.send(event)
      ) {
        if (status !== 'failed') faults.push(`the intake answered an event with ${status}`);
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
      }
      if (eventType === 'CONNECT') opened.add(connectionId);
      if (eventType === 'DISCONNECT') closed.add(connectionId);
    });
  });
  return {
    told: { opened, closed },
    faults,
    get metrics() {
      return metrics;
    },
    get checked() {
      return checked;
    },
    async scrape() {
      try {
        const response = await fetch(`${machine.url}/metrics`, { signal: AbortSignal.timeout(PATIENCE_MS) });
        const text = await response.text();
        if (response.status !== 200) throw new Error(`${response.status} ${text}`);
        const next = toExposition(text);
        if (metrics) {
          faults.push(...fallen(metrics, next));
          checked += countersOf(metrics);
        }
        metrics = next;
        return next;
      } catch (error) {
        faults.push(
          `a scrape failed: ${error instanceof Error ? `${error.message} ${error.cause ?? ''}` : error}`,
        );
        return undefined;
      }
    },
    disturb() {
      const isIntake = random.below(2) === 0;
      const request = isIntake
        ? 'POST /websocket/connect HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n{"connectionId":"Half0000000=="'
        : 'GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n'.repeat(1 + random.below(5));
      const socket = connect(Number(new URL(isIntake ? machine.intakeUrl : machine.url).port), '127.0.0.1');
      socket.on('error', () => {}).pause();
      socket.write(request);
      setTimeout(() => socket.destroy(), random.below(5_000)).unref();
    },
    async settled() {
      await queue;
    },
    async close() {
      isOver = true;
      unlisten();
      sender.close();
      await queue;
    },
  };
}
