import type { Clock } from '../../core/clock.ts';
import type { Logger } from '../../core/logger.ts';
import type { Scope } from '../../core/scope.ts';
import type { Named } from '../../polling/named.ts';
import type { Selection } from '../../polling/selection.ts';
import type { Reject } from '../../polling/warnings.ts';
import type { BookOptions } from './books.ts';
import type { Identity } from './identity.ts';
import type { Source } from './source.ts';
import type { State } from './state.ts';

/** How endpoints are to be listed and counted. */
export interface PassOptions {
  readonly selection: Selection;
  readonly named: Named;
  readonly books: BookOptions;
  readonly identity: Identity;
  /** Takes configured user names out of a text from AWS, unless people are named plainly. */
  readonly redact: (text: string) => string;
  readonly concurrency: number;
  readonly staleAfterMs: number;
  /** The cap on series by user; undefined while they are off. */
  readonly maxUsers: number | undefined;
  /** The cap on series by connection; undefined while they are off. */
  readonly maxConnections: number | undefined;
}

/** What a pass works with. */
export interface PassDeps {
  readonly source: Source;
  readonly state: State;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly reject: Reject;
  /** Called with the reason and the number of series left out because of a cap. */
  readonly drop: (reason: string, series: number) => void;
  /** Called with 0 when a listing begins, and after every page with the connections read so far. */
  readonly onPage: (scope: Scope, connections: number) => void;
}
