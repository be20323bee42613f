import { isIPv6 } from 'node:net';
import type { ListenAddress } from '../fields/listen-address.ts';

/** A listening socket that this process was started with. */
export interface ListenDescriptor {
  readonly fd: number;
  readonly name: string;
}

/** Where to listen. */
export type ListenTarget = ListenAddress | ListenDescriptor;

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there already; stop that one, or choose another port',
  EACCES:
    'this user may not listen on that port; choose one from 1024 on, or let systemd open it (--web.systemd-socket)',
  EADDRNOTAVAIL: 'this machine has no such address; :PORT listens on all that it has',
  EAFNOSUPPORT: 'this machine, or what it runs in, has no addresses of that kind; try 127.0.0.1 or 0.0.0.0',
  ENOTFOUND: 'no such host is known; give an address of this machine, or :PORT for all that it has',
  EAI_AGAIN:
    'that name cannot be looked up now; give an address of this machine, or :PORT for all that it has',
};
const NO_LISTENER = 'it is no listening stream socket; the .socket unit needs ListenStream= and Accept=no';

/** Why nothing is served there and what to do, in words. */
export function toListenError(target: ListenTarget, error: NodeJS.ErrnoException): Error {
  const { code = '', message } = error;
  const reason = 'fd' in target && code === 'EINVAL' ? NO_LISTENER : (REASONS[code] ?? message);
  return new Error(`cannot listen on ${nameOf(target)}: ${reason}`, { cause: error });
}

/** The target as people write or know it. */
export function nameOf(target: ListenTarget): string {
  if ('fd' in target)
    return `descriptor ${target.fd} of systemd${target.name === '' ? '' : ` (${target.name})`}`;
  const { host = '', port } = target;
  return `${bracketed(host)}:${port}`;
}

/** A host as it stands before a port. */
export function bracketed(host: string): string {
  return isIPv6(host) ? `[${host}]` : host;
}
