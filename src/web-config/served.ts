import { statSync } from 'node:fs';
import type { Clock } from '../core/clock.ts';
import { toSentence } from '../core/error-text.ts';
import type { Logger } from '../core/logger.ts';
import { lookAtOnce } from '../files/small-file.ts';
import type { RateLimit, TlsSettings, WebConfig, WebConfigRead } from './model.ts';

/** What a web configuration file is served with. */
export interface ServedDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** The port that it is of, as the log names it. */
  readonly port: string;
  readonly file: string;
  read(): WebConfigRead;
}

/** A change so short a time ago may be followed by another that leaves the same times behind. */
const UNSETTLED_MS = 2_000;

interface Stamp {
  readonly text: string;
  readonly changedAt: number;
}

/** Opens a file for serving, or tells its problems; whoever opens it tells its first warnings. */
export function openServed(deps: ServedDeps): ServedFile | { readonly problems: readonly string[] } {
  const first = deps.read();
  return 'config' in first ? new ServedFile(deps, first) : first;
}

/**
 * A web configuration file in force: asked for each connection and each request, and read anew when one of the files that it is made of
 * changed. Whether TLS is spoken and how many requests pass are as at the start, as in Prometheus' exporter-toolkit.
 */
export class ServedFile {
  readonly #deps: ServedDeps;
  readonly #atStart: WebConfig;
  #read: WebConfigRead;
  /** Of before it was read: what changes while it is read is read again. */
  #stamps: ReadonlyMap<string, Stamp> = new Map();
  #isSettled = false;

  constructor(deps: ServedDeps, first: WebConfigRead & { readonly config: WebConfig }) {
    this.#deps = deps;
    this.#atStart = first.config;
    this.#read = first;
  }

  /** Whether TLS is spoken. */
  get isOn(): boolean {
    return this.#atStart.tls !== undefined;
  }

  get rateLimit(): RateLimit | undefined {
    return this.#atStart.rateLimit;
  }

  /** What it says now; undefined while it cannot be used. */
  current(): WebConfig | undefined {
    const stamps = new Map([...this.#read.looks.keys()].map((path) => [path, toStamp(path)]));
    const isSame = [...stamps].every(([path, { text }]) => this.#stamps.get(path)?.text === text);
    if (!isSame || !this.#isSettled) this.#readAnew(stamps);
    const config = 'config' in this.#read ? this.#read.config : undefined;
    return this.isOn && !config?.tls ? undefined : config;
  }

  /** How TLS is spoken now; undefined while nobody may come in. */
  settings(): TlsSettings | undefined {
    return this.current()?.tls;
  }

  /** Hears of settings that OpenSSL refuses. */
  onUnusable(error: unknown): void {
    this.#refuse(`OpenSSL does not take its tls_server_config: ${toSentence(error)}`);
  }

  #readAnew(stamps: ReadonlyMap<string, Stamp>): void {
    const { clock, logger, port, file, read } = this.#deps;
    // Judging takes milliseconds, and is not done for each request of a flood.
    const isChanged = [...this.#read.looks].some(([path, look]) => lookAtOnce(path) !== look);
    const next = isChanged ? refusingEmpty(read(), file) : this.#read;
    this.#stamps = stamps;
    const now = clock.now();
    this.#isSettled = [...stamps.values()].every(({ changedAt }) => Math.abs(now - changedAt) > UNSETTLED_MS);
    if (isSame(next.looks, this.#read.looks)) return;
    this.#read = next;
    if ('config' in next) logger.info(`The web configuration of ${port} was read anew`, { file });
    this.#say(next);
  }

  #say(read: WebConfigRead): void {
    const { logger, port } = this.#deps;
    if ('problems' in read) {
      for (const problem of read.problems) this.#refuse(problem);
      return;
    }
    for (const warning of read.warnings) logger.warn(`In the web configuration of ${port}: ${warning}`);
    const { config } = read;
    if (this.isOn && !config.tls)
      this.#refuse(
        'it no longer has a certificate, and TLS is spoken since the start; restart for plain HTTP',
      );
    if (!this.isOn && config.tls)
      logger.warn(`TLS begins at ${port} with the next start; plain HTTP is spoken until then`);
    if (JSON.stringify(config.rateLimit) !== JSON.stringify(this.rateLimit))
      logger.warn(
        `The new rate_limit of ${port} holds from the next start; that of the last one stays until then`,
      );
  }

  #refuse(problem: string): void {
    const { logger, port, file } = this.#deps;
    logger.error(`Nobody is let in at ${port}: its web configuration cannot be used`, { file, problem });
  }
}

/** To replace what is in force, an empty file is sooner cut short, or read while it is written, than meant to let everybody in. */
function refusingEmpty(read: WebConfigRead, file: string): WebConfigRead {
  if ('problems' in read || !read.isEmpty) return read;
  return { looks: read.looks, problems: [`${file}: is empty; write {} into it where everybody may come in`] };
}

function toStamp(path: string): Stamp {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs, ctimeMs } = statSync(path, { bigint: true });
    return { text: [dev, ino, size, mtimeNs, ctimeNs].join(' '), changedAt: Number(ctimeMs) };
  } catch (error) {
    return { text: toSentence(error), changedAt: 0 };
  }
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([path, look]) => b.get(path) === look);
}
