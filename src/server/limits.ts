/** What clients may use of a server before they are cut off; durations in milliseconds. */
export interface Limits {
  /** For a request's headers, and for all of it. */
  readonly headersMs: number;
  readonly requestMs: number;
  /** For an answer to be taken, whole, from when it is made. */
  readonly answerMs: number;
  /** Without a byte either way while a request is under way, or before the first. */
  readonly silenceMs: number;
  /** Between looks at how long requests have taken. */
  readonly checkMs: number;
  readonly maxConnections: number;
  /** Of them, those without a request under way; past it, the one idle longest makes room. */
  readonly maxIdle: number;
}

/** For scrapes and people. */
export const SCRAPE_LIMITS: Limits = {
  headersMs: 10_000,
  requestMs: 30_000,
  answerMs: 30_000,
  silenceMs: 60_000,
  checkMs: 5_000,
  maxConnections: 512,
  maxIdle: 384,
};

/** For events from API Gateway, which opens connections as its clients do, and gives an integration at most 29 s. */
export const INTAKE_LIMITS: Limits = {
  headersMs: 5_000,
  requestMs: 10_000,
  answerMs: 10_000,
  silenceMs: 15_000,
  checkMs: 1_000,
  maxConnections: 4_096,
  maxIdle: 3_072,
};
