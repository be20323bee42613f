/** What looking up one connection id came to (GetConnection of the API Gateway Management API); times in milliseconds since 1970. */
export type Outcome = Found & {
  /** When it was answered; left out, that is now. */
  readonly at?: number;
};

type Found =
  | {
      readonly status: 'alive';
      readonly connectedAt: number | undefined;
      readonly lastActiveAt: number | undefined;
    }
  /** 410: it was closed. */
  | { readonly status: 'gone' }
  /** 400: this API never issued such an id. */
  | { readonly status: 'invalid' }
  /** No answer that says anything of the connection. */
  | { readonly status: 'error' };

/** How outcomes are counted: the living by whether they were active lately. */
export const LOOKUP_STATUSES = ['active', 'idle', 'gone', 'invalid', 'error'] as const;
export type LookupStatus = (typeof LOOKUP_STATUSES)[number];
