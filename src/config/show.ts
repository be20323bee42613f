import { stringify } from 'yaml';
import { z } from 'zod';
import { type Config, configSchema } from './schema.ts';

const SECRET = '<secret>';

/**
 * The configuration in force as YAML, durations as in the file, for whoever may read the HTTP answers: external
 * ids, passwords in URLs and, unless users are named plainly, the names in filters read `<secret>`.
 */
export function showConfig(config: Config): string {
  const { targets, aws, client_vpn: clientVpn, ...rest } = z.encode(configSchema, config);
  const shown = {
    targets: targets?.map((target) => ({ ...target, external_id: target.external_id && SECRET })),
    aws: {
      ...aws,
      endpoint_url: aws?.endpoint_url && withoutPassword(aws.endpoint_url),
      endpoint_urls: Object.fromEntries(
        Object.entries(aws?.endpoint_urls ?? {}).map(([service, url]) => [service, withoutPassword(url)]),
      ),
    },
    client_vpn: {
      ...clientVpn,
      filters: clientVpn?.filters?.map(({ name, values }) => {
        const personal = name === 'username' && clientVpn.identity !== 'plain';
        return { name, values: personal ? values.map(() => SECRET) : values };
      }),
    },
    ...rest,
  };
  return stringify(shown, { lineWidth: 0 });
}

function withoutPassword(url: string): string {
  // URLs are read forgivingly: any number of slashes, of either kind, may stand before the user.
  return url.replace(/^([a-z]+:[/\\]*)[^/\\?#]*@/i, `$1${SECRET}@`).replace(/[?#].*$/s, `?${SECRET}`);
}
