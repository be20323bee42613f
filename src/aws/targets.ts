/** One account and one region to ask; targets of the same name share their credentials and their account. */
export interface Target {
  readonly name: string;
  readonly region: string;
  /** Every region of this name; STS can be asked in each of them. Without it, in `region`. */
  readonly regions?: readonly string[];
  /** A profile of the shared AWS configuration files: it alone gives credentials. Else AWS_PROFILE, else the default credential chain. */
  readonly profile?: string;
  /** Assumed through STS with the credentials of the profile or of the default chain. */
  readonly roleArn?: string;
  readonly externalId?: string;
  readonly accountId?: string;
}

/** A target as a log names it among others. */
export function subjectOf({ name, region }: Target): string {
  return `${name} in ${region}`;
}

/** The account that is known without asking: the configured one, else the one that the role belongs to. */
export function knownAccountId(target: Pick<Target, 'accountId' | 'roleArn'>): string | undefined {
  return target.accountId ?? target.roleArn?.match(/^arn:[^:]+:iam::(\d{12}):/)?.[1];
}

/** Partitions by the first letters of their regions (`partitions.json` of the SDKs); every other region is of `aws`. */
const PARTITIONS: readonly (readonly [regions: string, partition: string])[] = [
  ['cn-', 'aws-cn'],
  ['us-gov-', 'aws-us-gov'],
  ['eusc-', 'aws-eusc'],
  ['us-iso-', 'aws-iso'],
  ['us-isob-', 'aws-iso-b'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-isof-', 'aws-iso-f'],
];

/** The partition, as ARNs begin with it: that of the role, else that of the region. */
export function partitionOf({ region, roleArn }: Pick<Target, 'region' | 'roleArn'>): string {
  const ofRole = roleArn?.split(':')[1];
  return ofRole ?? PARTITIONS.find(([regions]) => region.startsWith(regions))?.[1] ?? 'aws';
}
