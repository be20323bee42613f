import type { IncomingMessage } from 'node:http';
import type { Unreadable } from '../event-forms/shapes.ts';

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

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a body to its end, and the text that it is; or why it is none, and then receives the rest without keeping it. */
export async function readText(request: IncomingMessage): Promise<string | Unreadable> {
  const coding = request.headers['content-encoding'] ?? 'identity';
  if (coding.toLowerCase() !== 'identity') {
    drainBody(request);
    return { status: 400, reason: 'The body is compressed: expected it as it is, without Content-Encoding.' };
  }
  const body = await readBody(request);
  if (body === 'too long') return { status: 413, reason: 'The body is too long: expected at most 64 KiB.' };
  if (body === 'broken off') return { status: 400, reason: 'The body broke off before its end.' };
  try {
    return UTF8.decode(body);
  } catch {
    return { status: 400, reason: 'The body is not UTF-8: expected JSON in UTF-8.' };
  }
}

/** `too long` as soon as it passes 64 KiB (the rest is drained), `broken off` when its connection ends first. */
function readBody(request: IncomingMessage): Promise<Buffer | 'too long' | 'broken off'> {
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
