import type { z } from 'zod';
import { headers } from './headers.ts';
import { CIPHERS, CURVES, VERSIONS } from './names.ts';
import { rateLimit } from './rate-limit.ts';
import { users } from './users.ts';
import { list, oneOf, section, text, toggle } from './values.ts';

const optional = text.default('');

const tls = {
  cert: optional,
  key: optional,
  client_ca: optional,
  cert_file: optional,
  key_file: optional,
  client_ca_file: optional,
  client_auth_type: optional,
  client_allowed_sans: list(text),
  min_version: oneOf('TLS version', VERSIONS).nullish(),
  max_version: oneOf('TLS version', VERSIONS).nullish(),
  cipher_suites: list(oneOf('cipher', CIPHERS)),
  curve_preferences: list(oneOf('curve', CURVES)),
  prefer_server_cipher_suites: toggle,
};
const http = { http2: toggle, headers };
/** `tls_server_config` alone. */
export const tlsSchema = section(tls).nullish();

const top = {
  tls_server_config: tlsSchema,
  http_server_config: section(http).nullish(),
  basic_auth_users: users,
  rate_limit: rateLimit,
};

/** The whole file. Which of its keys fit each other is judged elsewhere. */
export const webConfigSchema = section(top);

/** What such a file says. */
export type WebConfigFile = z.output<typeof webConfigSchema>;

/** `tls_server_config` of it. */
export type TlsSection = NonNullable<WebConfigFile['tls_server_config']>;

/** The keys that are known in each of its sections, by the section's name. */
export const KNOWN_KEYS: ReadonlyMap<string, readonly string[]> = new Map([
  ['', Object.keys(top)],
  ['tls_server_config', Object.keys(tls)],
  ['http_server_config', Object.keys(http)],
  ['rate_limit', ['interval', 'burst']],
]);
