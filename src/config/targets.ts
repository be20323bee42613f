import { z } from 'zod';
import { distinct, evenWithProblems, oneLine, optionalText, regionName } from '../fields/fields.ts';
import { given } from '../fields/given.ts';
import { mark } from '../fields/marks.ts';

const ROLE_ARN = /^arn:[a-z0-9-]+:iam::([0-9]{12}):role\/(?:\S*\/)?([^/\s]+)$/;

const accountId = z
  .string({
    error: ({ input }) =>
      typeof input === 'number'
        ? `YAML reads an account id without quotes as a number; write "${String(input).padStart(12, '0')}"`
        : `expected an account id of 12 digits in quotes, got ${given(input)}`,
  })
  .regex(/^[0-9]{12}$/, { error: ({ input }) => `expected an account id of 12 digits, got ${given(input)}` });

const target = z
  .strictObject({
    name: z.string().default('').describe('Unique; empty: made from the rest.'),
    regions: z
      .array(regionName())
      .check(distinct)
      .default([])
      .describe('Empty: the region of the profile or of the environment.'),
    profile: optionalText().describe(
      'Profile of the shared AWS configuration files; no other credentials are tried.',
    ),
    role_arn: z
      .string()
      .regex(ROLE_ARN, {
        error: 'expected the ARN of a role, such as arn:aws:iam::111122223333:role/exporter',
      })
      .nullable()
      .default(null)
      .describe('Role to assume through STS.'),
    external_id: mark(
      z.string({ error: 'expected text; put it in quotes' }).min(1).check(oneLine).nullable().default(null),
      { secret: true },
    ).describe('External id that the role asks for.'),
    account_id: accountId
      .nullable()
      .default(null)
      .describe(
        'Account, 12 digits in quotes; else taken from role_arn, else asked from STS. Credentials of another one fail.',
      ),
  })
  .refine(({ external_id, role_arn }) => external_id === null || role_arn !== null, {
    ...evenWithProblems,
    path: ['external_id'],
    error: 'has no effect without role_arn',
  })
  .refine(({ account_id, role_arn }) => !conflict(account_id, role_arn), {
    ...evenWithProblems,
    path: ['account_id'],
    error: 'is not the account of role_arn',
  });

/** One entry of `targets`: an account, and the regions in which it is polled. */
export type TargetConfig = z.output<typeof target>;

const DEFAULT_TARGET: TargetConfig = {
  name: '',
  regions: [],
  profile: null,
  role_arn: null,
  external_id: null,
  account_id: null,
};

/** The `targets` section: never empty in the result (without any: the default credential chain and its region), each with a unique name. */
export const targetsConfig = z
  .array(target)
  .default([])
  .overwrite((targets) => (targets.length > 0 ? targets : [DEFAULT_TARGET]).map(named))
  .superRefine(
    (targets, { addIssue }) => {
      const first = new Map<string, number>();
      for (const [index, target] of targets.entries()) {
        const name = target?.name;
        if (!name) continue;
        const before = first.get(name);
        if (before === undefined) first.set(name, index);
        else {
          const message = `the name ${given(name)} is taken by targets[${before}]; each target needs its own`;
          addIssue({ code: 'custom', path: [index, 'name'], message });
        }
      }
    },
    { when: ({ value }) => Array.isArray(value) },
  )
  .describe('Accounts and regions; without any: the default credential chain and its region.');

function conflict(account: unknown, roleArn: unknown): boolean {
  if (typeof account !== 'string' || typeof roleArn !== 'string') return false;
  const match = ROLE_ARN.exec(roleArn);
  return match !== null && match[1] !== account;
}

function named(config: TargetConfig): TargetConfig {
  if (config.name !== '') return config;
  const [, roleAccount, role] = ROLE_ARN.exec(config.role_arn ?? '') ?? [];
  const parts = [config.profile, config.account_id ?? roleAccount, role, config.regions.join('+')];
  return { ...config, name: parts.filter(Boolean).join('/') || 'default' };
}
