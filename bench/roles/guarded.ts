import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createLogger } from '../../src/app/log.ts';
import { openWeb } from '../../src/app/web.ts';
import { systemClock } from '../../src/core/clock.ts';
import { createIntakeApp } from '../../src/intake/app.ts';
import { INTAKE_LIMITS } from '../../src/server/limits.ts';
import { listen } from '../../src/server/listen.ts';
import { Passwords } from '../../src/server/passwords.ts';
import { answering } from '../frame/processes.ts';

/** The name and the password that come in. */
export const LOGIN = 'carol:carol123';
const HASH = '$2y$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu';
const WEB = `tls_server_config: {cert_file: server-rsa.pem, key_file: server-rsa.key}
basic_auth_users: {carol: ${HASH}}
`;
/** As large as the exposition of a thousand series, gzipped. */
const EXPOSITION = Buffer.alloc(10_000, 'x');

/** Where the two ports are. */
export interface Guarded {
  readonly metricsUrl: string;
  readonly intakeUrl: string;
}

/** How it went since it was asked last. */
export interface Guarding {
  readonly longestBlockMs: number;
  readonly megabytes: number;
}

/** In the child: two ports with TLS (RSA, 2,048 bits) and a user (cost 10), as `serve` makes them; first says where. */
export async function guarded({ folder }: { readonly folder: string }): Promise<void> {
  await cp('test/web-config/files', folder, { recursive: true });
  const file = join(folder, 'web.yml');
  await writeFile(file, WEB);
  const clock = systemClock;
  const logger = createLogger({ level: 'error', format: 'logfmt' });
  const { createBcrypt } = await import('../../src/server/bcrypt.ts');
  const passwords = new Passwords({ compare: createBcrypt(), random: Math.random });
  const [metrics, intake] = ['metrics', 'intake'].map((port) =>
    openWeb({ clock, logger, passwords }, port, file),
  );
  if (!metrics || !intake) throw new Error('both were opened');
  const any = [{ host: '127.0.0.1', port: 0 }];
  const scraped = await listen(
    metrics.guard((_request, response) => void response.end(EXPOSITION)),
    any,
    { encryption: metrics.encryption },
  );
  const taking = await listen(
    intake.guard(
      createIntakeApp({
        tokens: undefined,
        take: () => 'accepted',
        onEvent: () => {},
        onError: (path, err) => logger.error('An event failed', { path, err }),
      }),
    ),
    any,
    { encryption: intake.encryption, limits: INTAKE_LIMITS },
  );
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const first: Guarded = { metricsUrl: scraped.urls[0] ?? '', intakeUrl: taking.urls[0] ?? '' };
  await answering(first, {
    usage: async (): Promise<Guarding> => {
      const longestBlockMs = delay.max / 1e6;
      delay.reset();
      return { longestBlockMs, megabytes: process.memoryUsage().rss / 2 ** 20 };
    },
  });
}
