declare module 'dynalite' {
  import type { Server } from 'node:http';

  /** A server of the DynamoDB API that keeps its tables in memory; tables are usable `createTableMs` after they are made. */
  function dynalite(options?: { readonly createTableMs?: number }): Server;
  export = dynalite;
}
