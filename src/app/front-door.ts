import type { RequestListener } from 'node:http';
import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { Snapshot } from '../exposition/snapshot.ts';
import { createEarlyApp } from '../server/early-app.ts';
import { createErrorLog } from '../server/error-log.ts';
import { createFullLog } from '../server/full-log.ts';
import { type Listening, listen } from '../server/listen.ts';
import type { ListenTarget } from '../server/listen-target.ts';
import type { Scraping } from '../server/scrape.ts';
import { createUnreadableLog } from '../server/unreadable-log.ts';
import { buildInfo } from './own-families.ts';
import type { Web } from './web.ts';

/** What a front door is opened with. */
export interface FrontDoorDeps extends Pick<Scraping, 'telemetryPath' | 'maxRequests'> {
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The port of the metrics: open from the first moment of a start, and answered with as much as there is by then. */
export class FrontDoor {
  /** What is told of requests that make trouble, whoever answers them. */
  readonly hears: Pick<Scraping, 'clock' | 'telemetryPath' | 'maxRequests' | 'onFull' | 'onError'>;
  readonly #deps: FrontDoorDeps;
  #scrape: Scraping['scrape'];
  /** Requests for what is not there yet. */
  readonly #waiting: Parameters<RequestListener>[] = [];
  #app: RequestListener;
  #opened: Promise<Listening> | undefined;

  constructor(deps: FrontDoorDeps) {
    const { clock, logger, telemetryPath, maxRequests } = deps;
    this.#deps = deps;
    this.hears = {
      clock,
      telemetryPath,
      maxRequests,
      onFull: createFullLog({ clock, logger }),
      onError: createErrorLog({ clock, logger }, 'A request could not be answered'),
    };
    const build = buildInfo(process.version);
    const first = new Snapshot({
      kept: () => [],
      live: () => [build],
      hidesProcess: true,
      onFamilyError: (_family, error) => this.hears.onError(telemetryPath, error),
    });
    this.#scrape = (form, gzip) => first.scrape(form, gzip);
    const scrape: Scraping['scrape'] = (form, gzip) => this.#scrape(form, gzip);
    const wait: RequestListener = (...asked) => void this.#waiting.push(asked);
    this.#app = createEarlyApp({ ...this.hears, scrape }, wait);
  }

  /** Listens at all these targets, unless it does already; rejects where it cannot. A web configuration says who is let in, and how. */
  open(targets: readonly ListenTarget[], web?: Web): Promise<Listening> {
    this.#opened ??= this.#listen(targets, web);
    // A start that fails over something else says that.
    this.#opened.catch(() => {});
    return this.#opened;
  }

  /** Has scrapes answered with this from now on; everybody else still waits. */
  scrapeFrom(scrape: Scraping['scrape']): void {
    this.#scrape = scrape;
  }

  /** Has everything answered by this from now on, and those who wait. */
  answerWith(app: RequestListener): void {
    this.#app = app;
    for (const [request, response] of this.#waiting.splice(0))
      if (!response.destroyed) app(request, response);
  }

  #listen(targets: readonly ListenTarget[], web: Web | undefined): Promise<Listening> {
    const app: RequestListener = (request, response) => this.#app(request, response);
    const onUnreadable = createUnreadableLog(this.#deps, 'the metrics port');
    return listen(web ? web.guard(app) : app, targets, {
      onUnreadable,
      ...(web && { encryption: web.encryption }),
    });
  }
}
