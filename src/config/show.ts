import { stringify } from 'yaml';
import { z } from 'zod';
import { eachDomain } from '../collectors/index.ts';
import { markedTexts } from './marked.ts';
import { type Config, configSchema } from './schema.ts';

const SECRET = '<secret>';

/**
 * The configuration in force as YAML, durations as in the file, for whoever may read the HTTP answers: secrets, passwords in URLs and what
 * domains hide besides read `<secret>`.
 */
export function showConfig(config: Config): string {
  const masked: Record<string, unknown> = {};
  eachDomain((key, domain) => {
    masked[key] = domain.masked?.(config[key], SECRET) ?? config[key];
  });
  const { targets, aws, ...rest } = structuredClone(z.encode(configSchema, { ...config, ...masked }));
  const shown = {
    targets,
    aws: {
      ...aws,
      endpoint_url: aws?.endpoint_url && withoutPassword(aws.endpoint_url),
      endpoint_urls: Object.fromEntries(
        Object.entries(aws?.endpoint_urls ?? {}).map(([service, url]) => [service, withoutPassword(url)]),
      ),
    },
    ...rest,
  };
  for (const { mark, around, key } of markedTexts(shown)) if (mark.secret) around[key] = SECRET;
  return stringify(shown, { lineWidth: 0 });
}

function withoutPassword(url: string): string {
  // URLs are read forgivingly: any number of slashes, of either kind, may stand before the user.
  return url.replace(/^([a-z]+:[/\\]*)[^/\\?#]*@/i, `$1${SECRET}@`).replace(/[?#].*$/s, `?${SECRET}`);
}
