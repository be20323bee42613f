import type { Aws } from '../../../aws/clients.ts';
import { partitionOf, subjectOf, type Target } from '../../../aws/targets.ts';
import type { Api } from './api.ts';
import type { Place } from './change.ts';
import { Refused } from './plan.ts';
import { createReads } from './source-reads.ts';
import { tell } from './told.ts';

/** What can be reached, and how. */
export interface Reach {
  readonly aws: Pick<Aws, 'accountId' | 'apiGateway' | 'apiGatewayV1' | 'logs'>;
  readonly targets: readonly Target[];
  /** Breaks off what only reads; what writes comes to the end of the change under way. */
  readonly signal: AbortSignal;
}

/** The API, in the first of the targets that has it. */
export async function findApi(
  apiId: string,
  { aws, targets, signal }: Reach,
): Promise<{ readonly api: Api; readonly place: Place }> {
  const failures: string[] = [];
  for (const target of targets) {
    try {
      const api: Api | undefined = await createReads(aws, target, signal).api(apiId);
      if (!api) continue;
      const accountId = await aws.accountId(target, signal);
      return { api, place: { target, accountId, partition: partitionOf(target), apiId } };
    } catch (error) {
      if (signal.aborted) throw error;
      failures.push(`${subjectOf(target)}: ${tell(error)}`);
    }
  }
  const places = targets.map(subjectOf).join(', ');
  throw new Refused(
    failures.length > 0
      ? failures.join('; ')
      : `there is no API ${apiId} in ${places}: check the id, and the targets of the configuration (without one, AWS_REGION and the credentials)`,
  );
}

/** A target of that account, in that region, whether or not it is one of its own. */
export async function findTarget(
  { accountId, region }: { readonly accountId: string; readonly region: string },
  { aws, targets, signal }: Reach,
): Promise<Target> {
  const found: string[] = [];
  for (const one of [...targets].sort((a, b) => Number(b.region === region) - Number(a.region === region))) {
    const target = { ...one, region };
    const account = await aws.accountId(target, signal);
    if (account === accountId) return target;
    found.push(`${one.name} is of ${account}`);
  }
  throw new Refused(
    `the undo file is of the account ${accountId}, which no target reaches: ${found.join(', ')}`,
  );
}
