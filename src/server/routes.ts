import type { Clock } from '../core/clock.ts';
import type { ExpositionForm } from '../core/family.ts';
import type { Dashboard } from './page/dashboards.ts';
import type { Documents } from './page/documents.ts';
import type { StatusModel } from './page/model.ts';
import type { Holder } from './slots.ts';

/** All that the HTTP door needs of the rest. */
export interface Routes {
  readonly clock: Clock;
  /** The path of the exposition, with its leading slash. */
  readonly telemetryPath: string;
  /** How many scrapes may be under way at once; 0 for any number. */
  readonly maxRequests: number;
  /** The exposition in this form, gzipped if asked for. */
  scrape(form: ExpositionForm, gzip: boolean): Promise<Uint8Array>;
  status(): StatusModel;
  /** The Grafana dashboards that come with the exporter. */
  dashboards(): Promise<readonly Dashboard[]>;
  readonly documents: Documents;
  /** Why the exporter is not ready, in a sentence; undefined when it is. */
  notReady(): string | undefined;
  /** Reads the configuration anew; its problems, or none if it is in force now. Undefined without lifecycle. */
  readonly reload: (() => Promise<readonly string[]>) | undefined;
  /** The configuration in force as YAML, secrets masked. */
  config(): string;
  /** The Client VPN connections of the last pass, without rows until it has ended; undefined when they are not enabled. */
  connections(): { readonly rows: Iterable<unknown> | undefined } | undefined;
  /** Hears, each time that more is asked for than is answered at a time, which addresses have taken it all. */
  onFull(what: 'scrapes' | 'pages', holders: readonly Holder[]): void;
  /** Hears of every request that failed by our fault. */
  onError(path: string, error: unknown): void;
}
