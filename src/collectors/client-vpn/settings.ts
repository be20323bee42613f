import { takeSmallFile } from '../../files/small-file.ts';
import { toSelection } from '../../polling/selection.ts';
import type { ClientVpnConfig } from './config.ts';
import { createIdentity, type Identity } from './identity.ts';
import type { PassOptions } from './pass-options.ts';
import { createSource, type DryRun, type Source, type SourceDeps } from './source.ts';

/** How people are named, as configured; reads the key file. */
export async function readIdentity({
  identity,
  identity_key_file: file,
}: ClientVpnConfig): Promise<Identity> {
  if (identity !== 'hash' || file === null) return createIdentity(identity, undefined);
  const text = await takeSmallFile(file).catch((cause: unknown) => {
    throw new Error(`cannot read client_vpn.identity_key_file ${file}`, { cause });
  });
  return createIdentity(identity, Buffer.from(text.toString().trim()));
}

/** The source of AWS' items, as configured. */
export function sourceOf(
  aws: SourceDeps,
  { page_size: pageSize, filters }: ClientVpnConfig,
): Source & DryRun {
  return createSource(aws, { pageSize, filters });
}

/** Takes the user names of filters out of a text from AWS, unless people are named plainly. */
export function createRedact(
  { filters }: Pick<ClientVpnConfig, 'filters'>,
  { isPlain }: Identity,
): (text: string) => string {
  const names = filters.flatMap(({ name, values }) => (name === 'username' ? values : []));
  if (isPlain || names.length === 0) return (text) => text;
  // The longest first, and all at once: a name can be part of another, and of what stands in for one.
  const escaped = names
    .sort((a, b) => b.length - a.length)
    .map((name) => name.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  const pattern = new RegExp(escaped.join('|'), 'g');
  return (text) => text.replace(pattern, '<name>');
}

/** What a pass is told by the configuration. */
export function toPassOptions(config: ClientVpnConfig, identity: Identity): PassOptions {
  return {
    selection: toSelection(config),
    named: { noun: 'Client VPN endpoint', key: 'client_vpn.endpoints', ids: config.endpoints },
    books: { identity: identity.tag, filters: config.filters },
    identity,
    redact: createRedact(config, identity),
    concurrency: config.concurrency,
    staleAfterMs: config.stale_after,
    maxUsers: config.users.enabled ? config.users.max : undefined,
    maxConnections: config.connections.enabled ? config.connections.max : undefined,
  };
}
