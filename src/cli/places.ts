import type { Logger } from '../core/logger.ts';
import { type ListenAddress, toListenAddress } from '../fields/listen-address.ts';
import { takeVariables, toActivated } from '../server/activation.ts';
import type { ListenTarget } from '../server/listen-target.ts';
import type { Flags } from './flags.ts';

/** Where HTTP is served. */
export interface Places {
  readonly metrics: readonly ListenTarget[];
  /** The flag that says where the metrics are. */
  readonly flag: string;
  /** Empty where the configuration says at which address events are taken in. */
  readonly intake: readonly ListenTarget[];
}

/** The addresses of the flags, or what systemd opened instead; throws in words. What it says of sockets is taken out of the environment. */
export function toPlaces(flags: Flags, logger: Logger): Places {
  const variables = takeVariables(process.env);
  if (flags['web.systemd-socket'])
    return { ...toActivated(variables, process.pid), flag: '--web.systemd-socket' };
  if (variables.LISTEN_PID === String(process.pid))
    logger.warn('Sockets that systemd opened are not used: --web.systemd-socket is not given');
  return { metrics: toAddresses(flags), intake: [], flag: '--web.listen-address' };
}

/** The addresses of the flags, each once. */
export function toAddresses(flags: Flags): readonly ListenAddress[] {
  return [...new Set(flags['web.listen-address'])].map(toAddress);
}

/** Reads an address that was checked already. */
export function toAddress(text: string): ListenAddress {
  const address = toListenAddress(text);
  if (typeof address === 'string') throw new Error(address);
  return address;
}
