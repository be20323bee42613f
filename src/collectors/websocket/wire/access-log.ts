import type { AccessLogChange, AccessLogSettings } from './change.ts';
import { command } from './command.ts';
import { type Kind, readBack } from './kind.ts';

/** Having a stage that has no access log write one: a setting of the stage, in force without a deployment. */
export const accessLog: Kind<AccessLogChange> = {
  show({ stage, after }, place) {
    const of = ['--api-id', place.apiId, '--stage-name', stage];
    const path = `/v2/apis/${place.apiId}/stages/${stage}`;
    const settings = { DestinationArn: after.destinationArn, Format: after.format };
    return {
      title: `Have the stage ${stage} write an access log`,
      before: ['no access log'],
      after: toLines(after),
      requests: [
        {
          method: 'PATCH',
          path,
          body: { accessLogSettings: after },
          command: command(place, 'apigatewayv2', 'update-stage', ...of, '--access-log-settings', settings),
        },
      ],
      undoing: [
        {
          method: 'DELETE',
          path: `${path}/accesslogsettings`,
          command: command(place, 'apigatewayv2', 'delete-access-log-settings', ...of),
        },
      ],
    };
  },

  async stand({ stage, after, left }, { place, reads }) {
    const { accessLog: now } = await reads.stage(place.apiId, stage);
    if (now === undefined) return 'before';
    if (isSame(now, left ?? after) || isSame(now, after)) return 'left';
    return { otherwise: `the access log of the stage ${stage} is now: ${toLines(now).join(', ')}` };
  },

  async carryOut(change, { place, reads, writes, clock }) {
    await writes.logTo(place.apiId, change.stage, change.after);
    const look = async () => (await reads.stage(place.apiId, change.stage)).accessLog;
    const left = await readBack(clock, look, (now) => isSame(now, change.after));
    const done = { change: left === undefined ? change : { ...change, left } };
    if (isSame(left, change.after)) return done;
    const found = left === undefined ? 'no access log' : toLines(left).join(', ');
    return { ...done, otherwise: `the stage ${change.stage} reads back with: ${found}` };
  },

  async undo({ stage }, { place, reads, writes, clock }) {
    await writes.stopLogging(place.apiId, stage);
    const look = async () => (await reads.stage(place.apiId, stage)).accessLog;
    const left = await readBack(clock, look, (now) => now === undefined);
    return left && `the stage ${stage} still reads back with: ${toLines(left).join(', ')}`;
  },
};

function toLines({ destinationArn, format }: AccessLogSettings): string[] {
  return [`destinationArn: ${destinationArn}`, `format: ${format}`];
}

/** The ARN of a log group can come back with `:*`. */
function isSame(one: AccessLogSettings | undefined, other: AccessLogSettings): boolean {
  return (
    one?.format === other.format &&
    one.destinationArn.replace(/:\*$/, '') === other.destinationArn.replace(/:\*$/, '')
  );
}
