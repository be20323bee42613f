import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import type { Clock } from '../core/clock.ts';
import type { TlsSettings } from '../web-config/model.ts';
import { whyKeptOut } from './client-certificate.ts';
import { readStart } from './client-hello.ts';
import { Turns } from './turns.ts';
import type { Unreadable } from './unreadable.ts';
import { NOT_ENDED, OTHER, TOO_SLOW, toUnreadableTls } from './unreadable-tls.ts';

/** What becomes of a connection. */
export interface Opening {
  /** It is encrypted, and its client may come in. */
  onSecure(socket: TLSSocket): void;
  /** What it begins with is no TLS. */
  onPlain(socket: Socket): void;
}

/** What handshakes are made with. */
export interface HandshakesDeps {
  readonly clock: Clock;
  /** For the first bytes of a handshake, and for the rest of it. */
  readonly timeoutMs: number;
  readonly maxConnections: number;
  /** As of now; undefined while nobody may come in. */
  settings(): TlsSettings | undefined;
  /** Hears at most once per connection of a handshake that fails, and from which address it came where that can still be told. */
  onFailed(unreadable: Unreadable, from: string | undefined): void;
  /** Hears of settings that OpenSSL refuses, once. */
  onUnusable(error: unknown): void;
}

/**
 * So many are under way at a time, and one of each other address: whatever they all do at once blocks the event loop for less than a
 * tenth of a second.
 */
export const MOST_UNDER_WAY = 24;
/** Of a client at a socket that is a file. No two of them can be told apart, so that one handshake is under way at a time. */
const NO_ADDRESS = '';
/** Where others wait, each has so long; then the one that takes longest makes room. */
const PATIENCE_MS = 1_000;

interface UnderWay {
  readonly socket: Socket;
  readonly from: string;
  readonly opening: Opening;
  /** On the monotonic clock. */
  readonly beganAt: number;
}

/**
 * Lets connections in that speak TLS. One handshake begins at a time, each address in its turn, and everything else that waits for the
 * event loop goes between: the signature of a private key takes a millisecond or more of it.
 */
export class Handshakes {
  readonly #deps: HandshakesDeps;
  readonly #server: Server;
  readonly #turns: Turns<() => void>;
  /** By the addresses of both ends; the first has taken longest. */
  readonly #underWay = new Map<string, UnderWay>();
  #inForce: TlsSettings | undefined;
  #isUsable = false;
  #isTurning = false;
  #cancelPatience = () => {};

  constructor(deps: HandshakesDeps) {
    this.#deps = deps;
    this.#turns = new Turns(deps.maxConnections);
    // It listens nowhere: connections are given to it.
    this.#server = createServer({ ALPNProtocols: ['http/1.1'], handshakeTimeout: deps.timeoutMs });
    this.#server.on('secureConnection', (socket) => this.#secure(socket));
    this.#server.on('tlsClientError', (error, { authorizationError, remoteAddress }) =>
      deps.onFailed(toUnreadableTls(error, Boolean(authorizationError)), remoteAddress),
    );
  }

  /** Opens a connection, or closes it: where nobody may come in, where the handshake fails, and where it takes too long. */
  open(socket: Socket, opening: Opening): void {
    const { clock, timeoutMs, onFailed } = this.#deps;
    // What goes wrong under a handshake is heard of through it.
    socket.on('error', () => {});
    if (!this.#deps.settings()) return void socket.destroy();
    const { remoteAddress: from } = socket;
    readStart(socket, { clock, timeoutMs }, (start) => {
      if (start === 'plain') return opening.onPlain(socket);
      if (start === 'tls') return this.#await(socket, opening);
      if (start === 'odd') onFailed(OTHER, from);
      if (start === 'slow') onFailed(TOO_SLOW, from);
      if (start === 'ended') onFailed(NOT_ENDED, from);
      socket.destroy();
    });
  }

  #await(socket: Socket, opening: Opening): void {
    this.#turns.push(socket.remoteAddress ?? NO_ADDRESS, () => this.#begin(socket, opening));
    this.#turn();
  }

  #turn(): void {
    this.#cancelPatience();
    if (this.#isTurning || this.#turns.size === 0) return;
    const isFull = this.#underWay.size >= MOST_UNDER_WAY;
    const addresses = new Set([...this.#underWay.values()].map(({ from }) => from));
    const mayOnlyOnce = (from: string) => isFull || from === NO_ADDRESS;
    const begin = this.#turns.next((from) => !mayOnlyOnce(from) || !addresses.has(from));
    if (!begin) {
      this.#makeRoom(mayOnlyOnce);
      return;
    }
    this.#isTurning = true;
    setImmediate(() => {
      begin();
      this.#isTurning = false;
      this.#turn();
    });
  }

  /** At the cost of the one that takes longest, of those that keep others waiting. */
  #makeRoom(keepsWaiting: (from: string) => boolean): void {
    const longest = [...this.#underWay.values()].find(({ from }) => keepsWaiting(from));
    if (!longest) return;
    const { clock } = this.#deps;
    const leftMs = longest.beganAt + PATIENCE_MS - clock.monotonic();
    if (leftMs <= 0) longest.socket.destroy();
    else this.#cancelPatience = clock.after(leftMs, () => this.#turn());
  }

  #begin(socket: Socket, opening: Opening): void {
    const settings = this.#deps.settings();
    if (socket.destroyed || !settings || !this.#use(settings)) return void socket.destroy();
    const key = toKey(socket);
    const from = socket.remoteAddress ?? NO_ADDRESS;
    this.#underWay.set(key, { socket, from, opening, beganAt: this.#deps.clock.monotonic() });
    // Where there is no address, the next may be under way by then.
    socket.once('close', () => this.#underWay.get(key)?.socket === socket && this.#end(key));
    // A client that ends in the middle of its handshake ends it.
    socket.allowHalfOpen = false;
    this.#server.emit('connection', socket);
  }

  #secure(socket: TLSSocket): void {
    const opening = this.#end(toKey(socket));
    const settings = this.#deps.settings();
    if (!opening || !settings) return void socket.destroy();
    const unreadable = whyKeptOut(socket, settings);
    if (unreadable) {
      this.#deps.onFailed(unreadable, socket.remoteAddress);
      return void socket.destroy();
    }
    socket.allowHalfOpen = true;
    opening.onSecure(socket);
  }

  #end(key: string): Opening | undefined {
    const { opening } = this.#underWay.get(key) ?? {};
    if (this.#underWay.delete(key)) this.#turn();
    return opening;
  }

  /** Whether settings are in force now. */
  #use(settings: TlsSettings): boolean {
    if (settings === this.#inForce) return this.#isUsable;
    this.#inForce = settings;
    const { cert, key, clientCa, clientAuth, minVersion, maxVersion, ciphers, curves } = settings;
    try {
      // With it come new keys for tickets: who was let in by what held before does not resume a session.
      this.#server.setSecureContext({
        cert,
        key,
        minVersion,
        maxVersion,
        honorCipherOrder: settings.preferServerCiphers,
        ...(clientCa !== undefined && { ca: clientCa }),
        ...(ciphers !== undefined && { ciphers }),
        ...(curves !== undefined && { ecdhCurve: curves }),
      });
      this.#isUsable = true;
    } catch (error) {
      this.#isUsable = false;
      this.#deps.onUnusable(error);
    }
    // Node.js reads them for each connection.
    Object.assign(this.#server, {
      requestCert: clientAuth !== 'NoClientCert',
      rejectUnauthorized: clientAuth === 'RequireAndVerifyClientCert',
    });
    return this.#isUsable;
  }
}

function toKey({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return [remoteAddress, remotePort, localAddress, localPort].join(' ');
}
