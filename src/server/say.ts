import type { ServerResponse } from 'node:http';

/** Answers with a sentence. */
export function say(response: ServerResponse, status: number, sentence: string): void {
  const body = `${sentence}\n`;
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.end(body);
}
