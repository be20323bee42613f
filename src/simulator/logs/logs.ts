import { readAwsJson } from '../wire/aws-json.ts';
import { Quota } from '../wire/quota.ts';
import { Refusal, type Service } from '../wire/service.ts';
import { logsRefusals, refuseLogs, throttled } from './errors.ts';
import { createFilterLogEvents, type PageOptions } from './filter-log-events.ts';
import { logGroupActions } from './log-groups.ts';
import type { LogsWorld } from './world.ts';

export interface LogsOptions extends PageOptions {
  /** Calls of FilterLogEvents that an account may make in a region within a second; by region as at AWS if not given. */
  readonly filtersPerSecond?: number;
}

/** Regions in which FilterLogEvents is not granted 10 times a second; nobody can have it changed. */
const filtersPerSecond: Readonly<Record<string, number>> = {
  'us-east-1': 25,
  'eu-central-1': 5,
  'ap-northeast-3': 5,
  'ap-southeast-3': 5,
  'ca-west-1': 5,
  'il-central-1': 5,
};

/** CloudWatch Logs, as far as access logs are found and read with it. */
export function createLogs(world: LogsWorld, options: LogsOptions = {}): Service {
  const quota = new Quota(world.now);
  const filter = createFilterLogEvents(world, options);
  const actions: Readonly<Record<string, Service['answer']>> = {
    ...logGroupActions(world),
    FilterLogEvents(call) {
      const limit = options.filtersPerSecond ?? filtersPerSecond[call.region] ?? 10;
      if (quota.exceeds(call, limit)) throw throttled;
      return filter(call);
    },
  };

  return {
    read: readLogs,
    answer(call, left) {
      const action = actions[call.action];
      if (!action) throw new Refusal(400, 'UnknownOperationException', '');
      if (!call.json) throw new Refusal(400, 'SerializationException', '');
      return action(call, left);
    },
    refuse: refuseLogs,
    refusals: logsRefusals,
  };
}

/** A group that is named by its ARN counts under its name too. */
const readLogs: Service['read'] = (request) => {
  const read = readAwsJson(request);
  const { logGroupName, logGroupIdentifier } = read.params;
  const name = logGroupName ?? logGroupIdentifier?.replace(/^arn:.*:log-group:/, '');
  return { ...read, params: { ...read.params, ...(name !== undefined && { logGroupName: name }) } };
};
