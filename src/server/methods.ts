import type { RequestListener, ServerResponse } from 'node:http';
import { say } from './say.ts';

/** Answers what is asked with GET or HEAD, and refuses everything else. */
export function getOnly(answer: RequestListener): RequestListener {
  return (request, response) => {
    if (request.method === 'GET' || request.method === 'HEAD') answer(request, response);
    else refuseMethod(response, 'GET, HEAD');
  };
}

/** Answers a request with a method that is not one of those allowed. */
export function refuseMethod(response: ServerResponse, allowed: string): void {
  response.setHeader('Allow', allowed);
  say(response, 405, `Only ${allowed} are allowed here.`);
}
