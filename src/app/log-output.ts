import { fstatSync, writeSync } from 'node:fs';
import type { Writable } from 'node:stream';
import type { Family } from '../core/family.ts';

/** Takes whole log lines and never waits for whoever reads them; lines that find no room are dropped, counted and told of. */
export interface LogOutput {
  write(line: string): void;
  /** Calls `tell` with how many lines were dropped since it was called last, as soon as lines are taken again. */
  onRoom(tell: (dropped: number) => void): void;
  /** Lines dropped so far. */
  readonly dropped: number;
  /** Resolves when everything is written, or after `ms`. */
  flush(ms: number): Promise<void>;
}

/** Some thousand lines; whoever reads that slowly has stopped. */
export const MOST_WAITING_BYTES = 2 ** 20;

/** Lines to a stream; of those it does not take at once so many bytes wait. */
export function streamOutput(stream: Writable, mostWaitingBytes = MOST_WAITING_BYTES): LogOutput {
  const drops = new Drops();
  // Nobody reads any more (EPIPE): what was to be written then is dropped, which its callback hears.
  stream.on('error', () => {});
  stream.on('drain', () => drops.tell());
  return {
    get dropped() {
      return drops.count;
    },
    onRoom: (tell) => drops.onRoom(tell),
    write(line) {
      if (stream.writableLength > mostWaitingBytes) return drops.add();
      drops.tell();
      stream.write(line, (error) => error && drops.add());
    },
    async flush(ms) {
      if (stream.writableLength === 0 || stream.destroyed) return;
      await new Promise<void>((resolve) => {
        setTimeout(resolve, ms);
        stream.write('', () => resolve());
      });
    },
  };
}

/** Lines to a file, each written before the next is taken: nothing is lost at exit, nor in a crash. */
export function fileOutput(fd: number): LogOutput {
  const drops = new Drops();
  return {
    get dropped() {
      return drops.count;
    },
    onRoom: (tell) => drops.onRoom(tell),
    write(line) {
      try {
        for (let rest = Buffer.from(line); rest.length > 0; ) rest = rest.subarray(writeSync(fd, rest));
      } catch {
        // A full disk, for instance; the metric tells of it, for the log cannot.
        return drops.add();
      }
      drops.tell();
    },
    flush: async () => {},
  };
}

/** Counts lines dropped, and tells of them once lines are taken again. */
class Drops {
  count = 0;
  #untold = 0;
  #tell: (dropped: number) => void = () => {};

  add(): void {
    this.count += 1;
    this.#untold += 1;
  }

  onRoom(tell: (dropped: number) => void): void {
    this.#tell = tell;
  }

  tell(): void {
    const dropped = this.#untold;
    this.#untold = 0;
    if (dropped > 0) this.#tell(dropped);
  }
}

let output: LogOutput | undefined;

/** This process's stderr. */
export function stderrOutput(): LogOutput {
  output ??= fstatSync(2).isFile() ? fileOutput(2) : streamOutput(process.stderr);
  return output;
}

/** The family that tells of log lines dropped by this process. */
export const droppedLogLines: Family = {
  name: 'aws_connections_exporter_log_lines_dropped_total',
  help: 'Log lines that were dropped because nobody read them, or because the disk was full.',
  type: 'counter',
  labelNames: [],
  samples: () => [{ labels: {}, value: output?.dropped ?? 0 }],
};
