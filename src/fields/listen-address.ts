import { isIPv6 } from 'node:net';

/** Where to listen. */
export interface ListenAddress {
  /** Undefined for every address of the machine. */
  readonly host: string | undefined;
  /** 0 lets the system choose. */
  readonly port: number;
}

/** Reads `:10176`, `0.0.0.0:9100`, `[::1]:9100` or `localhost:0`; what cannot be read becomes a sentence. */
export function toListenAddress(text: string): ListenAddress | string {
  const quoted = JSON.stringify(text);
  const [, v6, name, digits = ''] = /^(?:\[(.*)\]|([^:[\]]*)):([^:]*)$/.exec(text) ?? [];
  if (v6 === undefined && name === undefined) {
    return `${quoted} is not a listen address: expected host:port, [IPv6]:port or :port`;
  }
  const port = Number(digits);
  if (!/^[0-9]+$/.test(digits) || port > 65_535) {
    return `${quoted} is not a listen address: the port must be a number from 0 to 65535`;
  }
  if (v6 !== undefined && !isIPv6(v6))
    return `${quoted} is not a listen address: ${v6 || 'nothing'} is no IPv6 address`;
  if (name && !/^[A-Za-z0-9_.-]+$/.test(name))
    return `${quoted} is not a listen address: ${name} is no host name`;
  return { host: v6 ?? (name || undefined), port };
}
