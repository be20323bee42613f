import { isIPv6 } from 'node:net';

/** An alternative name as it is compared: IPv6 addresses short and in small letters, everything else as it is. */
export function toSan(name: string): string {
  if (!isIPv6(name) || name.includes('%')) return name;
  const short = new URL(`http://[${name}]`).hostname.slice(1, -1);
  // Go writes an IPv4 address within IPv6 as an IPv4 address.
  const [, high, low] = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(short) ?? [];
  if (high === undefined || low === undefined) return short;
  const bytes = [high, low].flatMap((half) => [
    Number.parseInt(half, 16) >> 8,
    Number.parseInt(half, 16) & 255,
  ]);
  return bytes.join('.');
}
