import { METHODS, maxHeaderSize, STATUS_CODES } from 'node:http';
import { HEADERS } from './headers.ts';

/** What came to a port and is no request: what it looks like, and what to do about it. */
export interface Unreadable {
  /** One word for it. */
  readonly kind: string;
  readonly status: 400 | 408 | 431 | 501;
  /** Two sentences; they repeat nothing of what came. */
  readonly what: string;
  readonly remedy: string;
}

/** An error of Node.js at a connection; the bytes are those in which it was met, where there are any. */
export interface ConnectionError extends NodeJS.ErrnoException {
  readonly rawPacket?: Buffer;
}

const OTHER: Unreadable = {
  kind: 'other',
  status: 400,
  what: 'The bytes are no whole request of HTTP/1.1.',
  remedy: 'Find out what sends them: a program that speaks something else, or somebody who scans ports.',
};

/** For a request of HTTP/1.1 without its header Host. */
export const NO_HOST: Unreadable = {
  kind: 'no_host',
  status: 400,
  what: 'The request is of HTTP/1.1 and has no header Host.',
  remedy: 'Set one in the client or health check that sends it.',
};

const UNKNOWN_METHOD: Unreadable = {
  kind: 'unknown_method',
  status: 501,
  what: 'The request has a method that HTTP/1.1 does not know; methods are in capitals.',
  remedy: 'Set GET or POST in the client that sends it.',
};

/** For what Node.js hears of apart from requests. */
export const CONNECT: Unreadable = {
  kind: 'connect',
  status: 501,
  what: 'The request asks for a way to somewhere else (CONNECT), which only a proxy opens.',
  remedy: 'Find out who takes this port for a proxy.',
};

/** The first line of a request, and its method. */
const REQUEST_LINE = /^([\w!#$%&'*+.^`|~-]+) \S+ HTTP\/1\.[01]\r?\n/;

const TOO_LARGE: Unreadable = {
  kind: 'headers_too_large',
  status: 431,
  what: `The headers of the request are larger than ${maxHeaderSize / 1024} KiB together.`,
  remedy: 'Send fewer or shorter ones; cookies and tokens are the longest as a rule.',
};

const TOO_SLOW: Unreadable = {
  kind: 'headers_too_slow',
  status: 408,
  what: 'The headers of the request did not end in time.',
  remedy: 'Look whether the client, or a proxy before this port, is stuck.',
};

const BODY_TOO_SLOW: Unreadable = {
  kind: 'body_too_slow',
  status: 408,
  what: 'The body of the request did not end in time.',
  remedy: TOO_SLOW.remedy,
};

const BODY_BROKEN: Unreadable = {
  kind: 'body_broken',
  status: 400,
  what: 'The body of the request is not as its headers say.',
  remedy: 'Look whether the client, or a proxy before this port, is broken.',
};

/** What people send here by mistake, by how it begins, in Latin-1. */
const LOOKS: readonly (readonly [isLike: (start: string) => boolean, Unreadable])[] = [
  [
    (start) => start.startsWith('PROXY '),
    {
      kind: 'proxy_protocol_v1',
      status: 400,
      what: 'The bytes look like the PROXY protocol v1, and HTTP is expected without it.',
      remedy: 'Switch the PROXY protocol off in the load balancer or proxy that sends to this port.',
    },
  ],
  [
    // The four bytes before are blank lines to HTTP, and can have come alone.
    (start) => start.includes('\0\r\nQUIT\n'),
    {
      kind: 'proxy_protocol_v2',
      status: 400,
      what: 'The bytes look like the PROXY protocol v2, and HTTP is expected without it.',
      remedy:
        'Switch it off: on a Network Load Balancer, set proxy_protocol_v2.enabled of the target group to false.',
    },
  ],
  [
    // A record of a handshake; the first byte of its version has been 3 since 1996.
    ([type, version = '\x03']) => type === '\x16' && version === '\x03',
    {
      kind: 'tls',
      status: 400,
      what: 'The bytes look like TLS, and this port speaks plain HTTP.',
      remedy: 'Write http:// instead of https://, or let a load balancer or proxy before this port end TLS.',
    },
  ],
  [
    (start) => start.startsWith('PRI * HTTP/2'),
    {
      kind: 'http2',
      status: 400,
      what: 'The bytes look like HTTP/2, and this port speaks HTTP/1.1.',
      remedy: 'Set the client, or the protocol version of the target group, to HTTP/1.1.',
    },
  ],
];

/** What an error at a connection means that has read so many bytes; undefined where nothing came that could be read wrongly. */
export function toUnreadable(
  { code = '', rawPacket }: ConnectionError,
  bytesRead: number,
): Unreadable | undefined {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return bytesRead > 0 ? TOO_SLOW : undefined;
  if (code === 'HPE_HEADER_OVERFLOW') return TOO_LARGE;
  if (!code.startsWith('HPE_')) return undefined;
  const [, method] = REQUEST_LINE.exec(rawPacket?.toString('latin1') ?? '') ?? [];
  // What comes before what is wrong can be a request that is well.
  if (method !== undefined && code === 'HPE_INVALID_METHOD' && !METHODS.includes(method))
    return UNKNOWN_METHOD;
  const start = rawPacket?.toString('latin1', 0, 32) ?? '';
  return LOOKS.find(([isLike]) => isLike(start))?.[1] ?? OTHER;
}

/** The same of an error in the middle of a request's body. */
export function toBrokenBody({ code = '' }: ConnectionError): Unreadable | undefined {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return BODY_TOO_SLOW;
  return code.startsWith('HPE_') ? BODY_BROKEN : undefined;
}

/** A whole answer of HTTP/1.1 that ends its connection. */
export function toRefusal({ status, what, remedy }: Unreadable): string {
  const body = `${what} ${remedy}\n`;
  const headers = {
    Connection: 'close',
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
    ...HEADERS,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status} ${STATUS_CODES[status]}`, ...lines, '', body].join('\r\n');
}
