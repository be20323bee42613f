import { type Aws, type AwsDeps, createAws } from './aws/clients.ts';
import { profileOf } from './aws/credentials.ts';
import { defaultRegion } from './aws/default-region.ts';
import { rereadSharedFiles } from './aws/shared-files.ts';
import type { Target } from './aws/targets.ts';
import type { Config } from './config/schema.ts';

/** The accounts and regions that a configuration names, each region by itself; rejects when a target has no region. */
export async function resolveTargets({ targets }: Config): Promise<readonly Target[]> {
  await rereadSharedFiles();
  const resolved = await Promise.all(
    targets.map(async ({ name, regions, profile, role_arn, external_id, account_id }, index) => {
      const used = profileOf(profile);
      const own = regions.length > 0 ? regions : [await defaultRegion(used)];
      return own.map((region): Target => {
        if (region === undefined) {
          const where =
            used === undefined ? 'the environment has no AWS_REGION' : `profile ${used} has no region`;
          throw new Error(
            `no region for target ${name}: ${where}, and targets[${index}].regions names none; set AWS_REGION, or name the regions there`,
          );
        }
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
