import type { TargetStatus } from '../../core/collector.ts';

/** The account and region of a target. */
export function placeText({ name, accountId, region }: TargetStatus): string {
  return name === undefined ? 'Found in no target' : `account ${accountId}, region ${region}`;
}
