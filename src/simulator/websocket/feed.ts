import type { ProxyEvent } from './proxy-event.ts';
import type { WebSocketWorld } from './world.ts';

export interface FeedOptions {
  /** Where the intake listens, without a path. */
  readonly url: string;
  /** Sent as `X-Intake-Token`. */
  readonly token?: string;
  readonly world: WebSocketWorld;
  /** Whether the events of an API are sent; those of every API if not given. */
  readonly sends?: (apiId: string) => boolean;
  /** How many events are under way at a time; 8 if not given. */
  readonly lanes?: number;
}

/** What carries the events of a world to an intake. */
export interface Feed {
  /** Sends one more event, after those of its connection that wait already. */
  post(event: ProxyEvent): void;
  /** Resolves when everything that was posted has been answered or has failed. */
  settled(): Promise<void>;
  /** How many events were answered with 200, and how many were not; those cut off by closing count as neither. */
  tally(): { readonly accepted: number; readonly failed: number };
  /** Listens to the world no longer and drops what waits. */
  close(): Promise<void>;
}

/** Posts every event of a world from now on as a Lambda function would that forwards what it is told; in order for each connection. */
export function feedIntake({ url, token, world, sends = () => true, lanes = 8 }: FeedOptions): Feed {
  const tails = Array.from({ length: lanes }, () => Promise.resolve());
  const closing = new AbortController();
  const headers = { 'content-type': 'application/json', ...(token ? { 'x-intake-token': token } : {}) };
  let accepted = 0;
  let failed = 0;

  async function send(event: ProxyEvent): Promise<void> {
    try {
      const response = await fetch(`${url}/websocket`, {
        method: 'POST',
        headers,
        body: JSON.stringify(event),
        signal: closing.signal,
      });
      await response.arrayBuffer();
      if (response.status === 200) accepted++;
      else failed++;
    } catch {
      if (!closing.signal.aborted) failed++;
    }
  }

  function post(event: ProxyEvent): void {
    if (!sends(event.requestContext.apiId)) return;
    const lane = laneOf(event.requestContext.connectionId, lanes);
    tails[lane] = (tails[lane] ?? Promise.resolve()).then(() => send(event));
  }

  const unlisten = world.listen(post);

  return {
    post,
    async settled() {
      await Promise.all(tails);
    },
    tally: () => ({ accepted, failed }),
    async close() {
      unlisten();
      closing.abort();
      await Promise.all(tails);
    },
  };
}

/** The same lane for the same connection, whatever happens to it. */
function laneOf(connectionId: string, lanes: number): number {
  let sum = 0;
  for (const char of connectionId) sum = (sum * 31 + char.charCodeAt(0)) >>> 0;
  return sum % lanes;
}
