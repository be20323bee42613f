import { insistOnSound } from './environment.ts';
import { faultOfProfile } from './profiles.ts';

/** The region of the environment or of the profile (else the default one), and what says so; or why there is none. */
export type DefaultRegion =
  | { readonly region: string; readonly from: string }
  | { readonly region: undefined; readonly why: string };

/** Looks up where a target is that names no region; rejects when its profile is not there, or AWS_REGION is unsound. */
export async function defaultRegion(profile?: string): Promise<DefaultRegion> {
  // Set to nothing is not set; the SDK would take it for a region.
  if (process.env.AWS_REGION === '') delete process.env.AWS_REGION;
  insistOnSound(process.env, 'AWS_REGION');
  const given = process.env.AWS_REGION;
  if (given !== undefined) return { region: given, from: 'the environment variable AWS_REGION' };
  const { STSClient } = await import('@aws-sdk/client-sts');
  const { config } = new STSClient(profile === undefined ? {} : { profile });
  const region = await config.region().catch((error: unknown) => {
    if (error instanceof Error && error.message === 'Region is missing') return undefined;
    throw new Error('looking up the default AWS region', { cause: error });
  });
  if (region === undefined) return { region, why: await whyNone(profile) };
  return { region, from: `region of profile ${profile ?? 'default'}, or of the metadata of this machine,` };
}

async function whyNone(profile: string | undefined): Promise<string> {
  const other = process.env.AWS_DEFAULT_REGION ? ' (AWS_DEFAULT_REGION is read by the AWS CLI alone)' : '';
  const none = `the environment has no AWS_REGION${other}`;
  if (profile === undefined) return none;
  const fault = await faultOfProfile(profile);
  // With the profile misspelt, a region would be given in vain.
  if (fault?.isThere === false)
    throw new Error(`profile ${profile}: ${fault.words}; a target uses its own profile, else AWS_PROFILE`);
  return `${none}, and profile ${profile} has no region`;
}
