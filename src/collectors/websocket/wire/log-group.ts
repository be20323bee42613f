import type { LogGroupChange } from './change.ts';
import { command } from './command.ts';
import { type Kind, readBack } from './kind.ts';

/** Making a log group that is not there. It is never deleted: rows are its owner's, and other stages may write there by then. */
export const logGroup: Kind<LogGroupChange> = {
  show({ group, retentionInDays }, place) {
    const of = ['--log-group-name', group];
    return {
      title: `Make the log group ${group}`,
      before: ['there is none'],
      after: [`it is there, and keeps rows for ${retentionInDays} ${retentionInDays === 1 ? 'day' : 'days'}`],
      requests: [
        {
          method: 'POST',
          path: '/',
          operation: 'Logs_20140328.CreateLogGroup',
          body: { logGroupName: group },
          command: command(place, 'logs', 'create-log-group', ...of),
        },
        {
          method: 'POST',
          path: '/',
          operation: 'Logs_20140328.PutRetentionPolicy',
          body: { logGroupName: group, retentionInDays },
          command: command(
            place,
            'logs',
            'put-retention-policy',
            ...of,
            '--retention-in-days',
            String(retentionInDays),
          ),
        },
      ],
      undoing: [],
      undoNote: `the log group stays, with the rows that are in it by then; aws logs delete-log-group --region ${place.target.region} --log-group-name ${group} removes both`,
    };
  },

  async stand({ group }, { reads }) {
    return (await reads.logGroup(group)) ? 'left' : 'before';
  },

  async carryOut(change, { reads, writes, clock }) {
    await writes.createLogGroup(change.group);
    await writes.keepRowsFor(change.group, change.retentionInDays);
    const look = () => reads.logGroup(change.group);
    const found = await readBack(clock, look, (group) => group !== undefined);
    return found ? { change } : { change, otherwise: `there is no log group ${change.group}` };
  },

  async undo() {
    return undefined;
  },
};
