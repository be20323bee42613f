import { type Aws, type AwsDeps, createAws } from '../aws/clients.ts';
import { profileOf } from '../aws/credentials.ts';
import { defaultRegion } from '../aws/default-region.ts';
import { rereadSharedFiles } from '../aws/shared-files.ts';
import type { Target } from '../aws/targets.ts';
import { eachDomain } from '../collectors/index.ts';
import type { Config } from '../config/schema.ts';
import { regionName } from '../fields/fields.ts';

/** The targets that collectors poll: none where no collector is enabled, so that none needs a region then. */
export async function resolvePolledTargets(config: Config): Promise<readonly Target[]> {
  return eachDomain((key) => config[key].enabled).includes(true) ? resolveTargets(config) : [];
}

/** The accounts and regions that a configuration names, each region by itself; rejects when a target has no region. */
export async function resolveTargets({ targets }: Config): Promise<readonly Target[]> {
  await rereadSharedFiles();
  const resolved = await Promise.all(
    targets.map(async ({ name, regions, profile, role_arn, external_id, account_id }, index) => {
      const own = regions.length > 0 ? regions : [await insistOnRegion(name, profileOf(profile), index)];
      return own.map((region): Target => {
        return {
          name,
          region,
          ...(regions.length > 1 && { regions }),
          ...(profile !== null && { profile }),
          ...(role_arn !== null && { roleArn: role_arn }),
          ...(external_id !== null && { externalId: external_id }),
          ...(account_id !== null && { accountId: account_id }),
        };
      });
    }),
  );
  return resolved.flat();
}

/** The region of a target that names none; it is judged as one that stands in the configuration. */
async function insistOnRegion(name: string, profile: string | undefined, index: number): Promise<string> {
  const found = await defaultRegion(profile).catch((cause: unknown) => {
    throw new Error(`target ${name} cannot be used`, { cause });
  });
  const remedy = `set AWS_REGION, or name the regions in targets[${index}].regions of a configuration file (--config.file)`;
  if (found.region === undefined) throw new Error(`no region for target ${name}: ${found.why}; ${remedy}`);
  const { error } = regionName().safeParse(found.region);
  if (error) {
    const reason = error.issues.map(({ message }) => message).join('; ');
    throw new Error(`no region for target ${name}: ${found.from} is none: ${reason}; ${remedy}`);
  }
  return found.region;
}

/** AWS as configured; its sockets are to be closed. Requests are not limited: each domain says how much it may ask. */
export function openAws({ aws }: Config, deps: Omit<AwsDeps, 'requestsPerSecond'>): Aws {
  const options = {
    ...(aws.endpoint_url !== null && { endpointUrl: aws.endpoint_url }),
    endpointUrls: aws.endpoint_urls,
    ...(aws.ca_bundle !== null && { caBundle: aws.ca_bundle }),
    connectTimeoutMs: aws.connect_timeout,
    requestTimeoutMs: aws.request_timeout,
    maxAttempts: aws.max_attempts,
  };
  return createAws(options, deps);
}
