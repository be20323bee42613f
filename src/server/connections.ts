import type { RequestListener, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../core/clock.ts';
import type { TlsSettings } from '../web-config/model.ts';
import { Conversation } from './conversation.ts';
import { Handshakes } from './handshakes.ts';
import type { Limits } from './limits.ts';
import { CONNECT, type ConnectionError, type Unreadable } from './unreadable.ts';
import { PLAIN_HTTP } from './unreadable-tls.ts';

/** Hears of what is no request, and from which address it came, where that can be told. */
export type OnUnreadable = (unreadable: Unreadable, from: string | undefined) => void;

/** How connections are encrypted; asked for each of them. */
export interface Encryption {
  /** False: they are plain HTTP. */
  readonly isOn: boolean;
  /** As of now; undefined while nobody may come in. */
  settings(): TlsSettings | undefined;
  /** Hears of settings that OpenSSL refuses. */
  onUnusable(error: unknown): void;
}

/** What connections are served with. */
export interface ConnectionsOptions {
  readonly clock: Clock;
  readonly limits: Limits;
  /** Hears at most once per connection of something that is no request. */
  readonly onUnreadable: OnUnreadable;
  readonly encryption: Encryption;
}

/** Has requests on the connections of a server answered by `app`; the returned function ends those that are open, busy ones after their answer. */
export function serveConnections(
  server: Server,
  app: RequestListener,
  { clock, limits, onUnreadable, encryption }: ConnectionsOptions,
): () => void {
  /** Connections without a request under way, those that have not sent any yet among them. */
  const idle = new Set<Socket>();
  /** Connections, and those whose answer waits for its reader, in the order in which it began to. */
  const open = new Set<Socket>();
  const waiting = new Set<Socket>();
  /** Those that end after the answer under way. */
  const last = new WeakSet<Socket>();
  const conversations = new WeakMap<Duplex, Conversation>();
  const handshakes = new Handshakes({
    clock,
    timeoutMs: limits.headersMs,
    maxConnections: limits.maxConnections,
    settings: () => encryption.settings(),
    onFailed: onUnreadable,
    onUnusable: (error) => encryption.onUnusable(error),
  });
  // Node.js reads requests off whatever is handed to these: a connection, or what a handshake makes of it.
  const readers = server.listeners('connection');
  server.removeAllListeners('connection');
  server.on('connection', (socket) => {
    // Whoever has been idle longest makes room, of those who have the most, so that idle connections alone lock nobody out.
    if (idle.size >= limits.maxIdle) oldestOfMost(idle)?.destroy();
    open.add(socket);
    // The last place is kept free for whoever comes next, at the cost of the slowest reader.
    const [slowest] = waiting;
    if (open.size >= limits.maxConnections) slowest?.destroy();
    idle.add(socket);
    socket.once('close', () => {
      for (const set of [open, waiting, idle]) set.delete(socket);
    });
    const converse = (stream: Socket, refusal?: Unreadable) => {
      const onMade = () => void waiting.add(socket);
      const onBusy = (isBusy: boolean) => {
        waiting.delete(socket);
        if (isBusy) idle.delete(socket);
        else if (last.has(socket)) stream.destroySoon();
        else if (!socket.destroyed) idle.add(socket);
      };
      const { answerMs } = limits;
      const deps = { clock, answer: app, answerMs, onBusy, onMade, onUnreadable, refusal };
      conversations.set(stream, new Conversation(stream, deps));
      for (const read of readers) read.call(server, stream);
    };
    if (encryption.isOn)
      handshakes.open(socket, { onSecure: converse, onPlain: () => converse(socket, PLAIN_HTTP) });
    else converse(socket);
  });
  const onRequest: RequestListener = (request, response) =>
    conversations.get(request.socket)?.take(request, response);
  server.on('request', onRequest);
  server.on('checkExpectation', onRequest);
  // Without a listener Node.js would close the connection without a word; with one it hears of nothing more that comes there.
  server.on('connect', ({ socket }) => {
    socket.on('error', () => socket.destroy());
    socket.resume();
    conversations.get(socket)?.refuse(CONNECT);
  });
  server.on('clientError', (error: ConnectionError, socket) => conversations.get(socket)?.fail(error));
  return () => {
    for (const socket of open) last.add(socket);
    for (const socket of idle) socket.destroy();
  };
}

/** The first of the address that has the most. */
function oldestOfMost(sockets: ReadonlySet<Socket>): Socket | undefined {
  const counts = new Map<string, { readonly oldest: Socket; count: number }>();
  for (const socket of sockets) {
    const own = counts.get(socket.remoteAddress ?? '');
    if (own) own.count += 1;
    else counts.set(socket.remoteAddress ?? '', { oldest: socket, count: 1 });
  }
  let most: { readonly oldest: Socket; readonly count: number } | undefined;
  for (const own of counts.values()) if (!most || own.count > most.count) most = own;
  return most?.oldest;
}
