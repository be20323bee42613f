import type { Dashboard } from './page/dashboards.ts';
import type { Documents } from './page/documents.ts';
import type { StatusModel } from './page/model.ts';
import type { Scraping } from './scrape.ts';

/** All that the HTTP door needs of the rest. */
export interface Routes extends Scraping {
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
}
