import { readFile } from 'node:fs/promises';
import type { ClientVpnConfig } from './config.ts';
import { createIdentity, type Identity } from './identity.ts';
import type { PassOptions } from './pass-options.ts';
import type { ConnectionFilter } from './source.ts';

/** How people are named, as configured; reads the key file. */
export async function readIdentity({
  identity,
  identity_key_file: file,
}: ClientVpnConfig): Promise<Identity> {
  if (identity !== 'hash' || file === null) return createIdentity(identity, undefined);
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new Error(`cannot read client_vpn.identity_key_file ${file}`, { cause });
  });
  return createIdentity(identity, Buffer.from(text.trim()));
}

/** What a pass is told by the configuration. */
export function toPassOptions(config: ClientVpnConfig, identity: Identity): PassOptions {
  // Names in filters are written to disk in no other form than all names are.
  const shown = ({ name, values }: ConnectionFilter) => ({
    name,
    values: name === 'username' ? values.map(identity.key) : values,
  });
  const filters = identity.tag === 'drop' ? config.filters : config.filters.map(shown);
  return {
    selection: { named: config.endpoints, tags: new Map(Object.entries(config.tags)) },
    books: { identity: identity.tag, filters },
    identity,
    concurrency: config.concurrency,
    staleAfterMs: config.stale_after,
    maxUsers: config.users.enabled ? config.users.max : undefined,
    maxConnections: config.connections.enabled ? config.connections.max : undefined,
  };
}
