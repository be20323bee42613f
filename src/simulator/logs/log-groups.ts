import { createTokens } from '../wire/pages.ts';
import { type Answer, type Call, Refusal } from '../wire/service.ts';
import { answerLogs, groupNotFound, invalid, violates } from './errors.ts';
import type { GroupSpec, LogGroup } from './group.ts';
import type { LogsWorld } from './world.ts';

const maxGroups = 50;
const retentions: readonly number[] = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

/** The actions on log groups themselves: find them, make one, say how long it keeps what. */
export function logGroupActions(world: LogsWorld): Readonly<Record<string, (call: Call) => Answer>> {
  const tokens = createTokens();

  function described(call: Call): readonly LogGroup[] {
    const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern, logGroupClass } = call.params;
    if (prefix !== undefined && pattern !== undefined)
      throw invalid('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
    return world
      .groups(call.accountId, call.region)
      .filter((group) => prefix === undefined || group.name.startsWith(prefix))
      .filter((group) => pattern === undefined || group.name.toLowerCase().includes(pattern.toLowerCase()))
      .filter((group) => logGroupClass === undefined || group.class === logGroupClass);
  }

  function describe(call: Call): Answer {
    const { nextToken, limit: limitText = '50', ...bound } = call.params;
    const limit = Number(limitText);
    if (!Number.isInteger(limit) || limit < 1 || limit > maxGroups)
      throw violates('limit', limitText, `have value between 1 and ${maxGroups}`);
    const scope = JSON.stringify([call.accountId, call.region, bound]);
    const from = nextToken === undefined ? 0 : tokens.read(scope, nextToken);
    if (from === undefined) throw invalid('The specified nextToken is invalid.');
    const groups = described(call);
    const to = call.fault === 'empty-pages' ? from : from + limit;
    const next = to < groups.length ? tokens.issue(scope, to) : undefined;
    const token = call.fault === 'repeating-token' ? (nextToken ?? tokens.issue(scope, to)) : next;
    return answerLogs({
      ...(call.fault === 'missing-connections' ? {} : { logGroups: groups.slice(from, to).map(toGroup) }),
      ...(token === undefined ? {} : { nextToken: token }),
    });
  }

  function create({ params, accountId, region }: Call): Answer {
    const { logGroupName: name = '', logGroupClass = 'STANDARD' } = params;
    if (!/^[.\-_/#A-Za-z0-9]{1,512}$/.test(name))
      throw violates('logGroupName', name, 'satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+');
    const isKnown = world.groups(accountId, region).some((group) => group.name === name);
    if (isKnown) throw alreadyThere;
    world.addGroup({ name, accountId, region, class: classOf(logGroupClass) });
    return empty;
  }

  function keepFor({ params, json, accountId, region }: Call): Answer {
    const group = world.groups(accountId, region).find(({ name }) => name === params.logGroupName);
    if (!group) throw groupNotFound;
    const days = retentions.find((known) => known === json?.retentionInDays);
    if (days === undefined)
      throw violates('retentionInDays', params.retentionInDays, `satisfy enum value set: [${retentions}]`);
    group.retentionInDays = days;
    return empty;
  }

  function toGroup(group: LogGroup) {
    const { arn, name, createdAt, retentionInDays } = group;
    return {
      arn: `${arn}:*`,
      creationTime: createdAt,
      logGroupArn: arn,
      logGroupClass: group.class,
      logGroupName: name,
      metricFilterCount: 0,
      ...(retentionInDays === undefined ? {} : { retentionInDays }),
      storedBytes: group.storedBytes(world.now()),
    };
  }

  return { DescribeLogGroups: describe, CreateLogGroup: create, PutRetentionPolicy: keepFor };
}

const alreadyThere = new Refusal(
  400,
  'ResourceAlreadyExistsException',
  'The specified log group already exists',
);

/** Actions that have nothing to say answer with nothing at all. */
const empty: Answer = { ...answerLogs({}), body: '' };

function classOf(text: string): NonNullable<GroupSpec['class']> {
  const known = (['STANDARD', 'INFREQUENT_ACCESS', 'DELIVERY'] as const).find((one) => one === text);
  if (known === undefined)
    throw violates('logGroupClass', text, 'satisfy enum value set: [STANDARD, INFREQUENT_ACCESS, DELIVERY]');
  return known;
}
