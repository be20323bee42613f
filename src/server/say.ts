import type { ServerResponse } from 'node:http';

/** Answers with one sentence. */
export function say(response: ServerResponse, status: number, sentence: string): void {
  const body = `${sentence}\n`;
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.setHeader('Content-Length', Buffer.byteLength(body));
  response.end(body);
}

/** Refuses a method, naming those that are allowed. */
export function refuseMethod(response: ServerResponse, allowed: string): void {
  response.setHeader('Allow', allowed);
  say(response, 405, `Only ${allowed} are allowed here.`);
}
