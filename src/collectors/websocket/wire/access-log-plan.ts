import type { Stage } from './api.ts';
import type { Change, LogGroupChange } from './change.ts';
import { command, formatCommand } from './command.ts';
import { FORMAT, judgeFormat } from './format.ts';
import { withoutRole } from './logging-role.ts';
import {
  type Asked,
  choose,
  insistOnWebSocket,
  judgeManager,
  managerFor,
  type Plan,
  Refused,
  toEndpoint,
} from './plan.ts';
import { accessLogSnippets, formatSnippets } from './snippets.ts';

interface AskedLog extends Asked {
  /** Undefined for one of the stage's own. */
  readonly logGroup: string | undefined;
}

/** Longer is not needed: the exporter reads back two hours at most. */
const RETENTION_DAYS = 1;
/** The only class of log groups whose rows can be read. */
const READABLE = 'STANDARD';

/** A stage with the log group that it writes to, or shall write to. */
interface Logged {
  readonly stage: Stage;
  readonly group: string;
  readonly keys: Readonly<Record<string, string>>;
}

/** What it takes for stages to write an access log that the exporter can read; rejects with `Refused` where something speaks against it. */
export async function planAccessLog(asked: AskedLog): Promise<Plan> {
  const { place, api, reads } = asked;
  insistOnWebSocket(api);
  if ((await reads.loggingRole()) === undefined) throw withoutRole(place);
  const stages = choose(await reads.stages(api.apiId), asked.stages);
  const logging = stages.filter(({ accessLog }) => accessLog !== undefined);
  const silent = stages.filter(({ accessLog }) => accessLog === undefined);
  const groups = new Map<string, LogGroupChange>();
  const there: Logged[] = [];
  for (const stage of logging) there.push(await judge(asked, stage, groups));
  const wanted = silent.map((stage): Logged => {
    return { stage, group: asked.logGroup ?? `/ws/${api.apiId}/${stage.stage}`, keys: {} };
  });
  for (const { group } of wanted) await insistOnReadable(asked, group, groups);

  const risks: string[] = [];
  if (wanted.length > 0 || groups.size > 0) {
    const shown = wanted.length > 0 ? wanted : there;
    const snippets = () =>
      shown.map(({ stage, group }) => {
        const format = stage.accessLog?.format ?? FORMAT;
        return accessLogSnippets(stage.stage, group, format, groups.has(group));
      });
    risks.push(...RISKS, judgeManager(asked, stages, snippets));
  }
  return {
    place,
    api,
    changes: [...groups.values(), ...wanted.map((one) => toChange(asked, one))],
    found: there.map(
      ({ stage: { stage }, group }) => `The stage ${stage} writes to ${group}, in a format that can be read.`,
    ),
    force:
      wanted.length > 0
        ? ['In force within about a minute, without a deployment; what clients do is not touched.']
        : [],
    risks,
    next: [...there, ...wanted].flatMap(({ stage, group, keys }) =>
      toEndpoint(api, stage.stage, `{type: access_log, log_group: ${group}${toKeys(keys)}}`),
    ),
  };
}

const RISKS = [
  'Every connect, disconnect and message writes a row, and so does every look-up of the exporter; routes cannot be chosen. A row has some 350 bytes: a million of them cost ' +
    'some 0.20 USD in most regions. MessageCount of the API in CloudWatch says how many messages there are.',
  'For about a minute around the change, rows can be missing.',
];

function toChange({ place }: AskedLog, { stage, group }: Logged): Change {
  const { partition, accountId, target } = place;
  const destinationArn = `arn:${partition}:logs:${target.region}:${accountId}:log-group:${group}`;
  return { kind: 'access-log', stage: stage.stage, after: { destinationArn, format: FORMAT } };
}

function toKeys(keys: Logged['keys']): string {
  const named = Object.entries(keys).map(([key, name]) => `${key}: ${JSON.stringify(name)}`);
  return named.length === 0 ? '' : `, keys: {${named.join(', ')}}`;
}

/** What a stage writes already, where the exporter can read it; nobody's log is changed for that. */
async function judge(asked: AskedLog, stage: Stage, groups: Map<string, LogGroupChange>): Promise<Logged> {
  const { place, api, logGroup } = asked;
  const { destinationArn = '', format = '' } = stage.accessLog ?? {};
  const [, region, accountId, group] =
    /^arn:[^:]+:logs:([^:]*):([^:]*):log-group:([^:]+)/.exec(destinationArn) ?? [];
  const has = `the stage ${stage.stage} already writes an access log, to ${group ?? destinationArn}`;
  if (group === undefined)
    throw new Refused(
      `${has}, which is no log group and cannot be read; a stage has one access log, and somebody reads this one: choose another way in (docs/websocket.md)`,
    );
  if (region !== place.target.region || accountId !== place.accountId)
    throw new Refused(
      `${has} of the account ${accountId} in ${region}: name that as the target of the source`,
    );
  if (logGroup !== undefined && logGroup !== group)
    throw new Refused(
      `${has}, and somebody may read it there: it is not sent to ${logGroup} instead; leave --log-group out to see whether it can be read as it is`,
    );
  await insistOnReadable(asked, group, groups);
  const judged = judgeFormat(format);
  if (judged.isRead) return { stage, group, keys: judged.keys };
  const manager = managerFor(api, [stage]);
  const settings = { DestinationArn: destinationArn, Format: judged.mended };
  const update = command(
    place,
    'apigatewayv2',
    'update-stage',
    ...['--api-id', api.apiId, '--stage-name', stage.stage, '--access-log-settings', settings],
  );
  const what = judged.isKept
    ? 'this format says all that it says now, and that as well'
    : 'this is the format that the exporter recommends, which says other things than it does now';
  throw new Refused(
    `${has}, in a format that lacks ${judged.lacks}. Somebody may read it as it is, so that it is not changed from here; ${what}: see who reads the log, then`,
    manager
      ? formatSnippets([accessLogSnippets(stage.stage, group, judged.mended, false)], manager.languages)
      : `${formatCommand(update)}\n`,
  );
}

/** Throws where nobody can read a log group; one that is not there is to be made. */
async function insistOnReadable(
  { reads }: AskedLog,
  name: string,
  groups: Map<string, LogGroupChange>,
): Promise<void> {
  if (groups.has(name)) return;
  const group = await reads.logGroup(name);
  if (!group) groups.set(name, { kind: 'log-group', group: name, retentionInDays: RETENTION_DAYS });
  else if (group.class !== READABLE)
    throw new Refused(
      `the log group ${name} is of the class ${group.class}, whose rows AWS does not let anybody read, and the class of a group cannot be changed: name another with --log-group`,
    );
}
