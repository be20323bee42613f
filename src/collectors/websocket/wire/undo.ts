import type { Telling } from './carry-out.ts';
import type { Change, Standing } from './change.ts';
import { formatCommand } from './command.ts';
import type { Context } from './kind.ts';
import { kindOf } from './kinds.ts';
import { tell } from './told.ts';

/**
 * Brings back what was before some changes, the last of them first; everything is looked at before anything is changed, and nothing is where somebody
 * else has changed it since. Resolves to why that is so, or why it did not come to its end, in sentences.
 */
export async function undo(
  changes: readonly Change[],
  context: Context,
  { say, isStopped }: Telling,
): Promise<string | undefined> {
  const stands: (readonly [change: Change, standing: Standing])[] = [];
  for (const change of changes.toReversed()) stands.push([change, await kindOf(change).stand(context)]);
  const foreign = stands.flatMap(([change, standing]) =>
    typeof standing === 'string' ? [] : [{ change, otherwise: standing.otherwise }],
  );
  if (foreign.length > 0) return refusal(foreign, context);
  let stays = false;
  for (const [change, standing] of stands) {
    const kind = kindOf(change);
    const { title, undoing, undoNote } = kind.show(context.place);
    if (isStopped()) return 'stopped, as told, before everything was undone; the same command goes on';
    if (standing === 'before') {
      await say(`${title}: it is as it was before`);
    } else if (undoing.length === 0) {
      stays = true;
      await say(`${title}: ${undoNote}`);
    } else {
      try {
        const otherwise = await kind.undo(context);
        if (otherwise !== undefined) return `${title}: AWS took the undoing of this, but ${otherwise}`;
      } catch (error) {
        return `${title}: this could not be undone: ${tell(error)}`;
      }
      await say(`${title}: undone, and reads back as it was before`);
    }
  }
  await say(stays ? 'All else is as it was before.' : 'All is as it was before.');
  return undefined;
}

function refusal(
  foreign: readonly { readonly change: Change; readonly otherwise: string }[],
  { place }: Context,
): string {
  const reasons = foreign.map(({ otherwise }) => otherwise).join('; ');
  const commands = foreign.flatMap(({ change }) =>
    kindOf(change)
      .show(place)
      .undoing.map((request) => formatCommand(request.command)),
  );
  return `nothing was undone, for what is there is no longer what was left: ${reasons}. To bring back what was before all the same:\n${commands.join('\n')}`;
}
