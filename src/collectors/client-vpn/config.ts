import { z } from 'zod';
import { count, distinct, evenWithProblems, wholeNumber } from '../../fields/fields.ts';
import { fileName } from '../../fields/marks.ts';
import { excludeField, namedOrExcluded, polledFields } from '../../fields/polled.ts';

const endpointId = z.string().regex(/^cvpn-endpoint-[0-9a-zA-Z]+$/, {
  error: 'expected the id of a Client VPN endpoint, such as cvpn-endpoint-0123456789abcdef0',
});

/** DescribeClientVpnConnections knows these filters and no others. */
const filter = z.strictObject({
  name: z.enum(['connection-id', 'username']).describe('What to filter by: connection-id or username.'),
  values: z.array(z.string().min(1)).min(1).describe('A connection that has any of these values is listed.'),
});

/** The `client_vpn` section of the configuration file, every key with its default; durations become milliseconds. */
export const clientVpnConfig = z
  .strictObject({
    ...polledFields({
      enabled: true,
      what: 'Client VPN endpoints are polled',
      schedule: '*/30 * * * * *',
      timeout: '5m',
      staleAfter: '10m',
    }),
    endpoints: z
      .array(endpointId)
      .check(distinct)
      .default([])
      .describe('Ids of the endpoints to poll; empty: discover all of every target.'),
    tags: z
      .record(z.string().min(1), z.string())
      .default({})
      .describe('Discover only endpoints that carry all of these tags.'),
    exclude: excludeField(endpointId, 'cvpn-endpoint-', 'Client VPN endpoint'),
    filters: z
      .array(filter)
      .default([])
      .describe('Filters that AWS applies to the connections; other filters begin another ledger.'),
    page_size: wholeNumber(5, 1000)
      .default(1000)
      .describe('Connections asked for in one request, 5 to 1000.'),
    concurrency: count(4).describe('Endpoints of one target polled at the same time.'),
    requests_per_second: count(10).describe('Most EC2 requests a second per target, retries included.'),
    identity: z
      .enum(['plain', 'hash', 'drop'])
      .default('plain')
      .describe(
        'How users are named in metrics, HTTP answers, logs and files: as they are, as a keyed hash, or not at all.',
      ),
    identity_key_file: fileName().describe(
      'File with the secret key of identity: hash; relative to this file.',
    ),
    users: z
      .strictObject({
        enabled: z.boolean().default(false).describe('Whether there are series by user.'),
        max: count(500).describe(
          'Most users with series of their own per endpoint; the rest are summed as _other.',
        ),
      })
      .prefault({})
      .describe('Series by user.'),
    connections: z
      .strictObject({
        enabled: z.boolean().default(false).describe('Whether there are series by connection.'),
        max: count(2000).describe('Most connections with series per endpoint.'),
      })
      .prefault({})
      .describe('Series by connection that is not terminated, and the HTTP path /api/v1/connections.'),
  })
  .check(namedOrExcluded)
  .refine((config) => config.identity !== 'hash' || config.identity_key_file !== null, {
    ...evenWithProblems,
    path: ['identity_key_file'],
    error: 'identity: hash needs a file with a secret key here',
  })
  .refine((config) => config.identity !== 'drop' || config.users?.enabled !== true, {
    ...evenWithProblems,
    path: ['users', 'enabled'],
    error: 'identity: drop leaves no names to make series of; use identity: hash, or leave users off',
  })
  .prefault({})
  .describe('Client VPN connections.');

/** The parsed `client_vpn` section; durations are milliseconds. */
export type ClientVpnConfig = z.output<typeof clientVpnConfig>;
