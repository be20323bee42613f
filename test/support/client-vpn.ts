import { Book, type Counters } from '../../src/collectors/client-vpn/book.ts';
import { BOOK_FORMAT, fromContent, toContent } from '../../src/collectors/client-vpn/book-file.ts';
import { toConnection } from '../../src/collectors/client-vpn/decode.ts';
import { ExportChoice } from '../../src/collectors/client-vpn/exported.ts';
import { createIdentity, type Identity } from '../../src/collectors/client-vpn/identity.ts';
import { gather, type Listing, post } from '../../src/collectors/client-vpn/listing.ts';
import type { Connection } from '../../src/collectors/client-vpn/record.ts';
import { textOf } from '../../src/core/columns/table.ts';
import type { Part } from '../../src/storage/file.ts';
import { type RawConnection, rowsOf } from './connection-rows.ts';

export const SCOPE = { accountId: '111122223333', region: 'eu-west-1', endpointId: 'cvpn-endpoint-1' };

export const plain = createIdentity('plain', undefined);

/** Longer gaps between listings are outages. */
export const LONGEST_GAP_MS = 600_000;

/** A row as AWS sends it: active, all counters 0, without names. */
export function raw(fields: RawConnection = {}): RawConnection {
  return {
    ClientVpnEndpointId: SCOPE.endpointId,
    ConnectionId: 'cvpn-connection-1',
    Status: { Code: 'active' },
    ConnectionEstablishedTime: '2026-01-01 09:00:00',
    ConnectionEndTime: '-',
    IngressBytes: '0',
    EgressBytes: '0',
    IngressPackets: '0',
    EgressPackets: '0',
    ...fields,
  };
}

/** A row decoded, and what was rejected of it. */
export function decode(fields: RawConnection = {}, identity: Identity = plain) {
  const rejected: [field: string, text: string | undefined][] = [];
  const rows = rowsOf([raw(fields)]);
  const reject = (field: string, text: string | undefined) => rejected.push([field, text]);
  const listed = toConnection(rows, 0, { identity, withNames: true, reject });
  const connection = listed && { ...listed, id: textOf(listed.id) };
  return { connection, rejected };
}

/** A status as AWS sends it, also one that the SDK does not know yet. */
export function statusOf(code: string): NonNullable<RawConnection['Status']> {
  return { Code: code } as NonNullable<RawConnection['Status']>;
}

/** A connection that decodes, with these fields changed. */
export function connection(fields: Partial<Connection> = {}): Connection {
  const { connection: decoded } = decode();
  if (!decoded) throw new Error('the default row of tests does not decode');
  return { ...decoded, ...fields };
}

/** Pages as a source yields them. */
export async function* pages<T>(...all: readonly (readonly T[])[]): AsyncIterable<readonly T[]> {
  yield* all;
}

/** A book with a time of its own, which passes a minute at a time unless told otherwise. */
export function createLedgerDesk(book = new Book(SCOPE, plain.tag)) {
  let at = 0;
  return {
    book,
    /** Posts a complete listing of these connections, `afterMs` after the one before. */
    async list(
      connections: readonly Connection[],
      { afterMs = 60_000, maxUsers }: { afterMs?: number; maxUsers?: number } = {},
    ): Promise<Listing> {
      at += afterMs;
      const options = { at, longestGapMs: LONGEST_GAP_MS, maxUsers, choice: new ExportChoice([], 1) };
      return post(await gather(pages(connections)), book, options);
    },
    counters(): Counters {
      const counters = book.counters();
      if (!counters) throw new Error('the book has no counters before its opening listing');
      return counters;
    },
  };
}

/** Parts as they stand in a file. */
export function toBuffer(parts: Iterable<Part>): Buffer {
  return Buffer.concat([...parts].map((part) => Buffer.from(typeof part === 'string' ? `${part}\n` : part)));
}

/** What stands in the file of a book between its first line and its checksum. */
export function contentOf(book: Book): Buffer {
  const picture = book.entries().picture();
  const content = toBuffer(toContent(book.state(), picture));
  picture.letGo();
  return content;
}

/** The book of which this is the content, as a new process reads it. */
export async function readBook(
  bytes: Buffer,
  { format = BOOK_FORMAT, identity = plain.tag } = {},
): Promise<Book> {
  const saved = await fromContent({ format, bytes });
  const { accountId, region, endpointId } = saved.state;
  return new Book({ accountId, region, endpointId }, identity, saved);
}

/** The book as a new process reads it from disk. */
export function restarted(book: Book, identity = plain.tag): Promise<Book> {
  return readBook(contentOf(book), { identity });
}
