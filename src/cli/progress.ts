import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';

/** Hears how far a listing has come: 0 connections when it begins, and the sum after each page. */
export interface Progress {
  onPage(endpointId: string, connections: number): void;
  /** Takes the progress line off the terminal. */
  done(): void;
}

const LOG_EVERY_MS = 10_000;
const DRAW_EVERY_MS = 100;

/** Progress as one line that is drawn over and over on a terminal. */
function terminalProgress(stream: NodeJS.WriteStream, clock: Clock): Progress {
  const counts = new Map<string, number>();
  let drawnAt = Number.NEGATIVE_INFINITY;
  return {
    onPage(endpointId, connections) {
      counts.set(endpointId, connections);
      if (connections === 0) return;
      const now = clock.monotonic();
      if (now - drawnAt < DRAW_EVERY_MS) return;
      drawnAt = now;
      const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
      const line = `Reading connections: ${total} from ${counts.size} endpoint${counts.size === 1 ? '' : 's'}, now ${endpointId}`;
      stream.write(`\r\x1b[K${line.slice(0, Math.max((stream.columns || 80) - 1, 20))}`);
    },
    done() {
      if (drawnAt !== Number.NEGATIVE_INFINITY) stream.write('\r\x1b[K');
    },
  };
}

/** Progress as a log line now and then, for listings that take long. */
export function loggedProgress(logger: Logger, clock: Clock): Progress {
  const listings = new Map<string, { saidAt: number }>();
  return {
    onPage(endpointId, connections) {
      const now = clock.monotonic();
      const before = listings.get(endpointId);
      if (!before || connections === 0) {
        listings.set(endpointId, { saidAt: now });
        return;
      }
      if (now - before.saidAt < LOG_EVERY_MS) return;
      before.saidAt = now;
      logger.info('Still listing connections', { endpoint_id: endpointId, connections });
    },
    done() {},
  };
}

/** Progress where people look for it: on the terminal if stderr is one, else in the log. */
export function createProgress(logger: Logger, clock: Clock): Progress {
  return process.stderr.isTTY ? terminalProgress(process.stderr, clock) : loggedProgress(logger, clock);
}
