/** One account and one region to ask; targets of the same name share their credentials and their account. */
export interface Target {
  readonly name: string;
  readonly region: string;
  /** A profile of the shared AWS configuration files; without it the default credential chain is used. */
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
export function knownAccountId(target: Target): string | undefined {
  return target.accountId ?? target.roleArn?.match(/^arn:[^:]+:iam::(\d{12}):/)?.[1];
}

/** The partition of a region, as ARNs begin with it. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}
