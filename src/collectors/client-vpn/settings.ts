import { readFile } from 'node:fs/promises';
import type { ClientVpnConfig } from './config.ts';
import type { Selection } from './discovery.ts';
import { createIdentity, type Identity } from './identity.ts';
import type { PassOptions } from './pass-options.ts';
import { createSource, type DryRun, type Source, type SourceDeps } from './source.ts';

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

/** Which endpoints are wanted, as configured. */
export function toSelection({ endpoints, tags }: Pick<ClientVpnConfig, 'endpoints' | 'tags'>): Selection {
  return { named: endpoints, tags: new Map(Object.entries(tags)) };
}

/** The source of AWS' items, as configured. */
export function sourceOf(
  aws: SourceDeps,
  { page_size: pageSize, filters }: ClientVpnConfig,
): Source & DryRun {
  return createSource(aws, { pageSize, filters });
}

/** What a pass is told by the configuration. */
export function toPassOptions(config: ClientVpnConfig, identity: Identity): PassOptions {
  const names = config.filters.flatMap(({ name, values }) => (name === 'username' ? values : []));
  return {
    selection: toSelection(config),
    books: { identity: identity.tag, filters: config.filters },
    identity,
    redact: (text) =>
      identity.isPlain ? text : names.reduce((rest, name) => rest.replaceAll(name, '<name>'), text),
    concurrency: config.concurrency,
    staleAfterMs: config.stale_after,
    maxUsers: config.users.enabled ? config.users.max : undefined,
    maxConnections: config.connections.enabled ? config.connections.max : undefined,
  };
}
