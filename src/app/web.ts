import type { IncomingMessage, RequestListener } from 'node:http';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import type { Encryption } from '../server/connections.ts';
import { createGuard, type Refusal } from '../server/guard.ts';
import type { Passwords } from '../server/passwords.ts';
import { createRefusalLog } from '../server/refusal-log.ts';
import { readWebConfig } from '../web-config/read.ts';
import { openServed } from '../web-config/served.ts';

/** What a web configuration file makes of a port. */
export interface Web {
  readonly file: string;
  readonly encryption: Encryption;
  /** Lets only those requests come to `app` that the file lets in. */
  guard(app: RequestListener): RequestListener;
}

/** What web configuration files are opened with. */
export interface WebDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** One for all ports: passwords are compared one at a time. */
  readonly passwords: Passwords;
}

/** Hears of each request that is refused. */
export type OnRefused = (refusal: Refusal, request: IncomingMessage) => void;

/** Opens the web configuration file of a port; throws with its problems where it cannot be used. */
export function openWeb(
  { clock, logger, passwords }: WebDeps,
  port: string,
  file: string,
  onRefused: OnRefused = () => {},
): Web {
  const served = openServed({ clock, logger, port, file, read: () => readWebConfig(file, clock) });
  if ('problems' in served) throw new Error(served.problems.join('\n'));
  const sayRefused = createRefusalLog({ clock, logger }, port);
  return {
    file,
    encryption: served,
    guard: createGuard({
      clock,
      passwords,
      rateLimit: served.rateLimit,
      current: () => served.current(),
      onRefused: (refusal, request) => {
        sayRefused(refusal, request.socket.remoteAddress);
        onRefused(refusal, request);
      },
      onError: (err) => logger.error('A password could not be judged', { err }),
    }),
  };
}
