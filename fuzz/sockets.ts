import { readdirSync, readlinkSync } from 'node:fs';
import { connect } from 'node:net';
import { type Bytes, toBuffer } from './mutations.ts';

/** One connection: what it sends, and how it goes on. */
export interface Conversation {
  readonly pieces: readonly Bytes[];
  /** Between two pieces. */
  readonly pauseMs: number;
  /** `read` reads to the end; `end` too, once it has said that no more comes; `leave` goes at once, `stay` soon, `unread` without having read. */
  readonly ending: 'read' | 'end' | 'leave' | 'stay' | 'unread';
}

/** Longer than a server takes to refuse; one that says nothing for so long is left. */
const PATIENCE_MS = 5_000;

/** Sends bytes to a port of this machine; resolves to what came back until it was closed. */
export async function converse(port: number, { pieces, pauseMs, ending }: Conversation): Promise<Bytes> {
  const socket = connect({ port, host: '127.0.0.1' }).setEncoding('latin1');
  let received = '';
  socket.on('data', (text: string) => {
    received += text;
  });
  const closed = new Promise<void>((resolve) => {
    // A reset is an answer too.
    socket.on('error', () => {}).once('close', () => resolve());
  });
  if (ending === 'unread') socket.pause();
  for (const [index, piece] of pieces.entries()) {
    if (index > 0 && pauseMs > 0) await pause(pauseMs);
    if (!socket.destroyed) socket.write(toBuffer(piece));
  }
  if (ending === 'end') socket.end();
  else if (ending === 'leave') socket.destroySoon();
  else if (ending !== 'read') {
    await pause(20);
    socket.destroy();
  }
  const late = setTimeout(() => socket.destroy(), PATIENCE_MS);
  await closed;
  clearTimeout(late);
  return received;
}

/** The status of each answer that was received; those in bodies do not look like one. */
export function statusesOf(received: Bytes): readonly number[] {
  return [...received.matchAll(/(?:^|\n)HTTP\/1\.[01] (\d{3}) /g)].map(([, status]) => Number(status));
}

/** What the process keeps open once it has read its own metrics. */
const KEPT = `/proc/${process.pid}/status`;

/** How many descriptors this process has open, but for what it keeps open once it has read its own metrics. */
export function descriptors(): number {
  return readdirSync('/proc/self/fd').filter((fd) => !isKept(fd)).length;
}

/** Whether a descriptor is of that file; one that was closed meanwhile is of none. */
function isKept(fd: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`) === KEPT;
  } catch {
    return false;
  }
}

/** Rejects unless there are no more descriptors than before, once those that are closing are closed. */
export async function judgeDescriptors(before: number): Promise<void> {
  for (let tries = 0; tries < 100 && descriptors() > before; tries += 1) await pause(50);
  const now = descriptors();
  if (now > before) throw new Error(`${now - before} descriptors were left open`);
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
