import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { WireFault } from './faults.ts';
import type { Answer } from './service.ts';

/** Puts answers on the wire, whole or broken, and remembers those it holds back. */
export class Delivery {
  readonly #held = new Set<ServerResponse>();

  /** Sends an answer, in the way a fault says. */
  send(response: ServerResponse, answer: Answer, fault?: WireFault): void {
    const body = Buffer.from(answer.body);
    if (fault === undefined) {
      writeHead(response, answer, body.length).end(body);
    } else if (typeof fault === 'object') {
      const timer = setTimeout(() => writeHead(response, answer, body.length).end(body), fault.slow);
      response.once('close', () => clearTimeout(timer));
    } else {
      this.#break(response, answer, body, fault);
    }
  }

  /** Breaks off every answer that is held back. */
  release(): void {
    for (const response of this.#held) response.destroy();
  }

  #break(response: ServerResponse, answer: Answer, body: Buffer, fault: Exclude<WireFault, object>): void {
    const half = body.subarray(0, body.length >>> 1);
    switch (fault) {
      case 'html-503':
        writeHead(response, { ...answer, status: 503, contentType: 'text/html' }, html503.length).end(
          html503,
        );
        break;
      case 'empty-200':
        writeHead(response, { ...answer, status: 200 }, 0).end();
        break;
      case 'truncated-xml': {
        const cut = body.subarray(0, lastItemMiddle(body));
        writeHead(response, answer, cut.length).end(cut);
        break;
      }
      case 'reset-mid-body':
        writeHead(response, answer, body.length).write(half, () => response.socket?.resetAndDestroy());
        break;
      case 'stall-mid-body':
        writeHead(response, answer, body.length).write(half);
        this.#hold(response);
        break;
      case 'hang':
        this.#hold(response);
        break;
    }
  }

  #hold(response: ServerResponse): void {
    this.#held.add(response);
    response.once('close', () => this.#held.delete(response));
  }
}

const html503 =
  '<html><head><title>503 Service Unavailable</title></head><body>Service Unavailable</body></html>';

function writeHead(
  response: ServerResponse,
  { status, contentType, headers }: Omit<Answer, 'body'>,
  length: number,
): ServerResponse {
  return response.writeHead(status, {
    'Content-Type': contentType,
    'Content-Length': length,
    'x-amzn-RequestId': randomUUID(),
    ...headers,
  });
}

/** A place inside the last item, so that what was sent looks like a page up to its very end; else the middle. */
function lastItemMiddle(body: Buffer): number {
  const end = body.lastIndexOf('</item>');
  return end < 0 ? body.length >>> 1 : end - 1;
}
