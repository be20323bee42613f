import type { IncomingMessage } from 'node:http';

/** The longest body that is read. */
export const MAX_READ = 64 * 1024;
/** How much of a body is received, read or not, before its connection is cut. */
export const MAX_RECEIVED = 256 * 1024;

/** Receives a body to its end without keeping it; the connection is cut when there are more than 256 KiB of it. */
export function drainBody(request: IncomingMessage): void {
  let received = 0;
  request.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received > MAX_RECEIVED) request.destroy();
  });
}

/** Reads a body; `too long` as soon as it passes 64 KiB (the rest is drained), `broken off` when its connection ends first. */
export function readBody(request: IncomingMessage): Promise<Buffer | 'too long' | 'broken off'> {
  return new Promise((resolve) => {
    let chunks: Buffer[] = [];
    let length = 0;
    drainBody(request);
    request.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MAX_READ) chunks.push(chunk);
      else {
        chunks = [];
        resolve('too long');
      }
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('close', () => resolve('broken off'));
  });
}
