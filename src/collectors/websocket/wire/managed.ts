import type { Tags } from './api.ts';

/** What manages something, and where that was seen, in words. */
export interface Manager {
  readonly tool: string;
  /** How it is told, for which there is a snippet each; what has none of its own is told in all of them. */
  readonly languages: readonly Language[];
  readonly seenBy: string;
}

export type Language = 'CloudFormation' | 'CDK' | 'Terraform';

const ON_CLOUDFORMATION: readonly Language[] = ['CloudFormation', 'CDK'];
const ALL: readonly Language[] = ['CloudFormation', 'CDK', 'Terraform'];

/** By the first mark that a tag bears. CloudFormation marks by itself; the others are only seen where people, or their defaults, tag. */
const MARKS: readonly (readonly [mark: RegExp, tool: string, languages: readonly Language[]])[] = [
  [/^(lambda|httpapi|restapi|websocket\w*):createdby=sam$|^(sam|serverlessrepo):/i, 'SAM', ON_CLOUDFORMATION],
  [/^aws[:-]cdk:/i, 'CDK', ON_CLOUDFORMATION],
  [/^aws:cloudformation:/i, 'CloudFormation', ON_CLOUDFORMATION],
  [/pulumi|^sst:/i, 'Pulumi', ALL],
  [/terraform|terragrunt|opentofu|cdktf/i, 'Terraform', ['Terraform']],
];
const DENIED = /=(false|no|0|none)?$/i;

/** What manages things with these tags, by what they are; undefined where no tag says so. */
export function managerOf(tagged: readonly (readonly [what: string, tags: Tags])[]): Manager | undefined {
  for (const [mark, tool, languages] of MARKS)
    for (const [what, tags] of tagged) {
      const seen = Object.entries(tags).find(
        ([key, value]) => mark.test(`${key}=${value}`) && !DENIED.test(`${key}=${value}`),
      );
      if (seen === undefined) continue;
      const stack = tags['aws:cloudformation:stack-name'];
      const [key, value] = seen;
      const seenBy = `${what} has the tag ${key}=${value}${stack === undefined || key.endsWith('stack-name') ? '' : `, of the stack ${stack}`}`;
      return { tool, languages, seenBy };
    }
  return undefined;
}
