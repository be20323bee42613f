import type { IncomingMessage, ServerResponse } from 'node:http';

/** Lets so many requests through at a time (0: any number), each until its connection is done with its answer, and hands the others to `refuse`. */
export function slots<Response extends ServerResponse>(
  max: number,
  refuse: (response: Response) => void,
): (request: IncomingMessage, response: Response, next: () => void) => void {
  let taken = 0;
  return (_request, response, next) => {
    if (max > 0 && taken >= max) return refuse(response);
    taken += 1;
    response.once('close', () => {
      taken -= 1;
    });
    next();
  };
}
