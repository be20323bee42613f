import { knownAccountId, type Target } from '../../aws/targets.ts';
import type { AccessLogConfig } from './config.ts';
import type { StageSettings } from './source.ts';
import { FORMAT, judgeFormat } from './wire/format.ts';

/** The log group in which the access log of a stage can be read; or why there is none, in a sentence. */
export type StageLog = { readonly group: string } | { readonly trouble: string };

const NO_LOG: StageLog = {
  trouble: `the stage has no access log: set one (AccessLogSettings, with a log group and the format ${FORMAT}), or name another discover_source`,
};

/** Where a stage logs to, as a target of these credentials and this region can read it. */
export function toStageLog(arn: string | undefined, target: Target): StageLog {
  if (arn === undefined) return NO_LOG;
  const [, , service, region = '', account = '', ...rest] = arn.split(':');
  if (service === 'firehose')
    return {
      trouble: `the stage logs to Firehose (${rest.join(':')}), which cannot be read back: have it log to a log group of CloudWatch Logs, or name another source`,
    };
  const group = service === 'logs' && rest[0] === 'log-group' ? rest[1] : undefined;
  if (group === undefined)
    return { trouble: `the stage logs to ${arn}, which is no log group: have it log to one` };
  const own = knownAccountId(target) ?? account;
  if (region === target.region && account === own) return { group };
  return {
    trouble:
      `the stage logs to the group ${group} of account ${account} in ${region}, where the credentials of target ${target.name} ask nothing: ` +
      `have it log to a group of account ${own} in ${target.region}`,
  };
}

/** What of a stage's access log does not fit its source, in a sentence; `arn` and `format` as API Gateway has them. */
export function misfit(
  { arn, format = '' }: StageSettings,
  source: Pick<AccessLogConfig, 'keys'> & { readonly log_group: string | null },
  target: Target,
): string | undefined {
  const log = toStageLog(arn, target);
  if ('trouble' in log) return log.trouble;
  const { log_group: group, keys } = source;
  if (group !== null && group !== log.group)
    return `the stage logs to the group ${log.group}, not to ${group}: set log_group to that, or have the stage log to ${group}`;
  const judged = judgeFormat(format);
  if (!judged.isRead) return `the format of the access log lacks ${judged.lacks}: set it to ${judged.mended}`;
  const named: Readonly<Record<string, string>> = keys;
  const others = Object.entries(judged.keys).filter(([key, name]) => named[key] !== name);
  if (others.length === 0) return undefined;
  const wanted = others.map(([key, name]) => `${key}: ${JSON.stringify(name)}`);
  return `the format of the access log has other names for its fields: set keys of the source to {${wanted.join(', ')}}`;
}
