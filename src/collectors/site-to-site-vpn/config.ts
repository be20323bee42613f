import { z } from 'zod';
import { optionalText, wholeNumber } from '../../fields/fields.ts';
import { namedOrExcluded, polledFields, selectionFields } from '../../fields/polled.ts';

const connectionId = z.string().regex(/^vpn-[0-9a-zA-Z]+$/, {
  error: 'expected the id of a VPN connection, such as vpn-0123456789abcdef0',
});

/** The `site_to_site_vpn` section of the configuration file, every key with its default; durations become milliseconds. */
export const siteToSiteVpnConfig = z
  .strictObject({
    ...polledFields({
      enabled: false,
      what: 'the tunnels of Site-to-Site VPN connections are polled',
      schedule: '0 * * * * *',
      timeout: '30s',
      staleAfter: '5m',
    }),
    ...selectionFields(connectionId, 'vpn-', 'VPN connection'),
    expected_tunnels: wholeNumber(0, 2)
      .default(2)
      .describe('How many tunnels of a connection should be up, 0 to 2.'),
    expected_tunnels_tag: optionalText().describe(
      'Tag whose value, 0 to 2, says so of a connection that carries it.',
    ),
  })
  .check(namedOrExcluded)
  .prefault({})
  .describe('Tunnels of Site-to-Site VPN connections.');

/** The parsed `site_to_site_vpn` section; durations are milliseconds. */
export type SiteToSiteVpnConfig = z.output<typeof siteToSiteVpnConfig>;
