import { insistOnSound } from './environment.ts';

/** The region of the environment or of the profile (the default one without `profile`); undefined when none is set. */
export async function defaultRegion(profile?: string): Promise<string | undefined> {
  // Set to nothing is not set; the SDK would take it for a region.
  if (process.env.AWS_REGION === '') delete process.env.AWS_REGION;
  insistOnSound(process.env, 'AWS_REGION');
  const { STSClient } = await import('@aws-sdk/client-sts');
  const { config } = new STSClient(profile === undefined ? {} : { profile });
  return config.region().catch((error: unknown) => {
    if (error instanceof Error && error.message === 'Region is missing') return undefined;
    throw new Error('looking up the default AWS region', { cause: error });
  });
}
