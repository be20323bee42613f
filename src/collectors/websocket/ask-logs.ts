import type { Target } from '../../aws/targets.ts';
import type { RowPlace } from '../../event-forms/access-log-row.ts';
import { toRow } from '../../event-forms/access-log-row.ts';
import type { PolicyPlace, Verdict } from '../../polling/domain.ts';
import { type Judgement, judge, notAsked } from '../../polling/judge.ts';
import type { AccessLogConfig } from './config.ts';
import { LogFormats } from './feeds/log-formats.ts';
import { tooLittle } from './feeds/log-reading.ts';
import { toRowKeys } from './feeds/log-settings.ts';
import type { ReadLog } from './feeds/source-logs.ts';
import { FILTER, LIST, logArns } from './permissions.ts';
import { LIFETIME_MS } from './registry/entry.ts';
import { isNotFound, type Source } from './source.ts';
import { misfit, toStageLog } from './stage-log.ts';

/** Enough rows of an access log to know its format. */
const ROWS_TO_JUDGE = 100;

type Place = Omit<PolicyPlace, 'name'>;
type Origin = Pick<AccessLogConfig, 'keys'> & { readonly log_group: string | null };

/** What access logs are asked about with. */
export interface LogsAsked {
  readonly source: Pick<Source, 'apis' | 'stages'>;
  readonly readLog: ReadLog;
  readonly now: () => number;
}

/** Reads some rows of a log group: whether that is allowed, whether they tell of an endpoint, and its newest connection among them. */
export async function judgeRows(
  { readLog, now }: Pick<LogsAsked, 'readLog' | 'now'>,
  {
    target,
    group,
    keys,
    endpointId,
    endpointOf,
  }: {
    readonly target: Target;
    readonly group: string;
    readonly keys: AccessLogConfig['keys'];
    readonly endpointId: string;
    readonly endpointOf: (place: RowPlace) => string | undefined;
  },
  signal: AbortSignal,
): Promise<Judgement & { readonly id: string | undefined }> {
  const request = { group, from: now() - LIFETIME_MS, token: undefined, texts: [], limit: ROWS_TO_JUDGE };
  const formats = new LogFormats();
  let id: string | undefined;
  const read = await judge(async () => {
    for (const { text, loggedAt } of (await readLog(target, request, signal)).rows) {
      const row = toRow(text, toRowKeys(keys), loggedAt);
      formats.note(row, endpointOf);
      if (row.is === 'event') id = row.event.connectionId;
    }
  }, signal);
  const trouble = formats.troubleOf(endpointId);
  return { ...read, id, ...(trouble && { isFailure: true, reason: tooLittle(trouble, group) }) };
}

/** Whether the access log of a named stage fits its source; a pass needs no leave to read its settings. */
export async function askStage(
  { source }: Pick<LogsAsked, 'source'>,
  { target, apiId, stage }: { readonly target: Target; readonly apiId: string; readonly stage: string },
  origin: Origin,
  place: Place,
  signal: AbortSignal,
): Promise<Verdict> {
  let reason: string | undefined = `there is no stage ${stage} of the API ${apiId}: check the url`;
  const listed = await judge(async () => {
    for await (const one of source.stages(target, apiId, signal))
      if (one.stage === stage) reason = misfit(one, origin, target);
  }, signal);
  const asked = { action: LIST, resource: stageArn(place, apiId, stage) };
  if (listed.isFailure)
    return {
      ...asked,
      ...notAsked(
        `a pass does not need it; with it, the settings of the stage would be compared: ${listed.reason}`,
      ),
    };
  return { ...asked, ...listed, isFailure: reason !== undefined, reason: reason ?? '' };
}

/** Whether the access log of every stage that is discovered fits the source, and whether their log groups may be read. */
export async function* askDiscovered(
  { source, readLog, now }: LogsAsked,
  origin: Origin,
  {
    target,
    place,
    isLeftOut,
  }: {
    readonly target: Target;
    readonly place: Place;
    readonly isLeftOut: (apiId: string, stage: string, name: string) => boolean;
  },
  signal: AbortSignal,
): AsyncIterable<Verdict> {
  const groups = new Set<string>(origin.log_group === null ? [] : [origin.log_group]);
  const unfit: Verdict[] = [];
  const listed = await judge(async () => {
    for await (const { apiId, name } of source.apis(target, signal)) {
      try {
        for await (const stage of source.stages(target, apiId, signal)) {
          if (isLeftOut(apiId, stage.stage, name)) continue;
          const reason = misfit(stage, origin, target);
          const resource = stageArn(place, apiId, stage.stage);
          if (reason !== undefined)
            unfit.push({ action: LIST, resource, answer: 'allowed', isFailure: true, reason });
          const log = toStageLog(stage.arn, target);
          if (origin.log_group === null && 'group' in log) groups.add(log.group);
        }
      } catch (error) {
        // It was deleted meanwhile.
        if (!isNotFound(error)) throw error;
      }
    }
  }, signal);
  const resource = `arn:${place.partition}:apigateway:${place.region}::/apis`;
  yield { action: LIST, resource, ...listed };
  yield* unfit;
  for (const group of groups) {
    const request = { group, from: now() - LIFETIME_MS, token: undefined, texts: [], limit: 1 };
    const read = await judge(() => readLog(target, request, signal), signal);
    yield { action: FILTER, resource: logArns(place, group)[0] ?? '*', ...read };
  }
}

function stageArn({ partition, region }: Place, apiId: string, stage: string): string {
  return `arn:${partition}:apigateway:${region}::/apis/${apiId}/stages/${stage}`;
}
