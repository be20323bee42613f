/** What happened to a connection, as its API told us. */
export interface ConnectionEvent {
  readonly type: 'connect' | 'disconnect' | 'message';
  readonly connectionId: string;
  /** The API, its stage and its domain, as far as the event names them. */
  readonly apiId: string | undefined;
  readonly stage: string | undefined;
  readonly domain: string | undefined;
  /** When the connection began, milliseconds since 1970; undefined when the event does not say. */
  readonly connectedAt: number | undefined;
}

/** What became of an event: taken in, dropped because too many connections are remembered, or of no endpoint that is known. */
export type Taken = 'accepted' | 'over_capacity' | 'unroutable';

/** The same of an event that is read where it may stand twice, and long after it happened. */
export type Told = Taken | 'duplicate' | 'too_old';
