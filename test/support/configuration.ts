import { onTestFinished, vi } from 'vitest';
import { type DomainKey, eachDomain } from '../../src/collectors/index.ts';

/** Sections of a configuration file, as in the file. */
export interface Sections extends Partial<Readonly<Record<DomainKey, object>>> {
  readonly targets?: readonly object[];
  readonly aws?: object;
  readonly intake?: object;
  readonly limits?: object;
}

/** The account of the default credentials, and the region of the default target. */
export const HOME = { accountId: '111122223333', region: 'eu-west-1' } as const;

const NEVER = { schedule: '0 0 0 1 1 *', stale_after: '3y' };

/**
 * A configuration that asks the simulator at `url`, as JSON, which is YAML. One attempt, at any rate, and no schedule
 * that could strike during a test, unless the test says so.
 */
export function toYaml({ targets, aws, intake, limits, ...sections }: Sections, url: string): string {
  const ofDomains = eachDomain((key, { config }) => {
    const own = sections[key];
    if (own === undefined && key !== 'client_vpn') return [];
    const isLimited = 'requests_per_second' in config.parse({});
    return [[key, { ...(isLimited && { requests_per_second: 100_000 }), ...NEVER, ...own }] as const];
  });
  return JSON.stringify({
    targets: targets ?? [{ name: 'home', regions: [HOME.region] }],
    aws: { endpoint_url: url, max_attempts: 1, request_timeout: '10s', ...aws },
    ...Object.fromEntries(ofDomains.flat()),
    ...(intake && { intake }),
    ...(limits && { limits }),
  });
}

/** Credentials of the environment, and nothing else that the machine may hold. */
export function stubCredentials(): void {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAIOSFODNN7EXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_SESSION_TOKEN', undefined);
  vi.stubEnv('AWS_REGION', undefined);
  vi.stubEnv('AWS_PROFILE', undefined);
  vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
  vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
  vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  vi.stubEnv('AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED', 'true');
  onTestFinished(() => void vi.unstubAllEnvs());
}
